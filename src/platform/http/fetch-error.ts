import type { ErrorCode } from '../errors/codes.js';
import { AppError } from '../errors/app-error.js';
import { errorCode } from '../errors/error-code.js';
import { redactUrl } from '../logging/redact.js';
import { ProxyError } from './proxy-error.js';

/** What stands in the head of an answer that was no success. */
export interface UpstreamAnswer {
  /** As sent; empty when absent. */
  contentType: string;
  /** How long it asks to be left alone; null = it does not say. */
  retryAfterSeconds: number | null;
}

/** A fetch that did not work. The message names the URL without its credentials, and never the answer's content. */
export class FetchError extends AppError {
  constructor(
    code: Extract<ErrorCode, 'fetch_blocked' | 'fetch_failed' | 'fetch_too_large' | 'fetch_timeout'>,
    url: string,
    reason: string,
    /** What the other side answered, e.g. 404; null when it did not come to that. */
    readonly upstreamStatus: number | null = null,
    readonly upstream: UpstreamAnswer | null = null,
  ) {
    super(code, `cannot fetch ${redactUrl(url)}: ${reason}`, { status: STATUS[code], level: 'warn' });
  }
}

const STATUS = { fetch_blocked: 422, fetch_failed: 502, fetch_too_large: 502, fetch_timeout: 504 } as const;

const REASONS: Record<string, string> = {
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be resolved just now',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection broke',
  EPIPE: 'the connection broke',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  UND_ERR_SOCKET: 'the connection broke',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is shorter than it said',
  Z_BUF_ERROR: 'the compressed answer ends too early',
  Z_DATA_ERROR: 'the compressed answer is damaged',
};

/** Names what undici, the socket layer or zlib threw. Their own texts may quote the URL and are not passed on. */
export function fetchFailure(url: string, error: unknown): AppError {
  if (error instanceof FetchError) return error;
  if (error instanceof ProxyError) return new FetchError('fetch_failed', url, error.message);
  const code = errorCode(error) ?? '';
  if (error instanceof AppError && error.code === 'fetch_blocked') {
    return new FetchError('fetch_blocked', url, error.message);
  }
  if (['ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'].includes(code)) {
    return new FetchError('fetch_timeout', url, 'no connection in time');
  }
  return new FetchError('fetch_failed', url, REASONS[code] ?? reasonOf(code));
}

function reasonOf(code: string): string {
  if (/CERT|SIGNATURE|ERR_TLS|ERR_SSL/.test(code)) {
    return `the certificate or encryption is not acceptable (${code})`;
  }
  // Brotli's codes are many: ERR__ERROR_FORMAT_PADDING_1 and the like.
  if (/^ERR__ERROR_FORMAT|^Z_/.test(code)) return 'the compressed answer is damaged';
  return code === '' ? 'something unexpected happened' : `it failed with ${code}`;
}
