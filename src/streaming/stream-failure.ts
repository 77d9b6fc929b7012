/** Why a stream cannot be watched, told apart by what its viewer may hope for. */
export type FailureKind =
  /** Nobody knows such a stream. */
  | 'not-found'
  /** The engine or the source's host does not answer, or every place is taken: later it may work. */
  | 'unavailable'
  /** The engine knows the stream, and nobody shares it. */
  | 'no-peers'
  /** No picture within the time allowed. */
  | 'timeout'
  /** Bytes came, and they are no stream we can pass on. */
  | 'bad-media'
  /** The engine wants to be paid for it. */
  | 'licence'
  /** A kind of source, or an encryption, that this server does not play. */
  | 'unsupported'
  /** The viewer left first. */
  | 'cancelled';

/** What exactly went wrong, where that is known: advice depends on it. */
export type FailureCause =
  | { why: 'http-status'; status: number }
  /** The socket's word for it, e.g. ECONNREFUSED. */
  | { why: 'unreachable'; code: string }
  | { why: FailureWord };

export type FailureWord =
  | 'forbidden-address'
  | 'redirects'
  | 'web-page'
  | 'text'
  | 'nothing-sent'
  | 'no-engine'
  | 'engine-down'
  | 'no-place'
  | 'provider-limit'
  | 'engine-network'
  | 'proxy-unreachable'
  | 'proxy-login'
  | 'proxy-refused';

export interface StreamFailure {
  kind: FailureKind;
  /** For the log and the admin: says what happened without addresses or secrets. */
  detail: string;
  cause?: FailureCause;
  /** When a new try makes sense, in seconds. */
  retryAfterSeconds?: number;
  /** The fault lies with the engine or with us and says nothing about the source. */
  blameless?: boolean;
}

/** Whether the socket's word is about a certificate: the host answered, and is not believed. */
export function isCertificateError(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code);
}

/** The most hopeful first: with several sources, that one is what the viewer is told. */
const BY_HOPE: readonly FailureKind[] = [
  'unavailable',
  'timeout',
  'no-peers',
  'bad-media',
  'licence',
  'unsupported',
  'not-found',
  'cancelled',
];

/** One failure that stands for those of all sources. "not-found" remains only when all of them say so. */
export function mostHopeful(failures: readonly StreamFailure[]): StreamFailure {
  const ranked = [...failures].sort((a, b) => BY_HOPE.indexOf(a.kind) - BY_HOPE.indexOf(b.kind));
  return ranked[0] ?? { kind: 'not-found', detail: 'the channel has no source' };
}
