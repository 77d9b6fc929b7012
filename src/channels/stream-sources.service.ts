import { Inject, Injectable } from '@nestjs/common';
import { fingerprint, parseLocator } from '../core/lists/locator.js';
import { describeReason } from '../core/lists/types.js';
import type { Clock } from '../platform/clock.js';
import { ChangeFeed } from '../platform/database/change-feed.js';
import { AppError, invalidInput, refuseProblems, type FieldProblem } from '../platform/errors/app-error.js';
import { proxyProblems, storedProxy } from '../platform/http/proxy-url.js';
import { CLOCK } from '../platform/tokens.js';
import { conflict, unknownChannel, unknownSource } from './channel-refusals.js';
import type { StreamSource } from './stream-source.entity.js';
import {
  StreamSourcesRepository,
  type NewManualSource,
  type SourceEdited,
  type SourceRefusal,
} from './stream-sources.repository.js';

export interface SourceInput {
  /** As lists write it: an URL, an AceStream address or a bare id, headers behind a pipe. */
  address: string;
  label?: string;
  userAgent?: string | null;
  headers?: Record<string, string>;
  /** The operator vouches for it: it may lie in the local network. */
  allowPrivate?: boolean;
  /** `http://[user:password@]host:port`; null = asked as its list is. */
  proxyUrl?: string | null;
  /** Tried before the others. */
  isFirst?: boolean;
}

/** What a person may change of a source that is there. */
export interface SourceChange {
  isEnabled?: boolean;
  proxyUrl?: string | null;
}

const MAX_LABEL = 300;
const HEADER_NAME = /^[A-Za-z0-9-]{1,64}$/;
const HEADER_VALUE = /^[\t\x20-\x7e]{0,2000}$/;

/** What people do with the sources of a channel. Throws `invalid_input`, `not_found`, `conflict`. */
@Injectable()
export class StreamSourcesService {
  constructor(
    private readonly sources: StreamSourcesRepository,
    private readonly changes: ChangeFeed,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async add(channelId: number, input: SourceInput): Promise<StreamSource> {
    const fields = toSource(input);
    const isFirst = input.isFirst ?? false;
    const nowSeconds = Math.floor(this.clock.now() / 1000);
    const source = await this.settle(
      channelId,
      await this.sources.add(channelId, fields, isFirst, nowSeconds),
    );
    if (!source) throw new Error('a source was added and is not there');
    return source;
  }

  async change(channelId: number, id: number, { isEnabled, proxyUrl }: SourceChange): Promise<StreamSource> {
    refuseProblems(proxyProblems(proxyUrl));
    let edited: SourceEdited | undefined;
    if (proxyUrl !== undefined) edited = await this.sources.setProxy(channelId, id, storedProxy(proxyUrl));
    if (isEnabled !== undefined) edited = await this.sources.setEnabled(channelId, id, isEnabled);
    if (!edited) throw invalidInput([{ field: 'isEnabled', rule: 'or another field must be given' }]);
    const source = await this.settle(channelId, edited);
    if (!source) throw unknownSource(channelId, id);
    return source;
  }

  /** The named ones first, whatever becomes of them; none = all in the order of their health. */
  async order(channelId: number, ids: readonly number[]): Promise<void> {
    if (new Set(ids).size !== ids.length) {
      refuseProblems([{ field: 'ids', rule: 'must name sources of the channel, each once' }]);
    }
    await this.settle(channelId, await this.sources.order(channelId, ids));
  }

  async remove(channelId: number, id: number): Promise<void> {
    await this.settle(channelId, await this.sources.remove(channelId, id));
  }

  /** The address with its credentials, for the one who administers it. */
  async addressOf(channelId: number, id: number): Promise<string> {
    const source = await this.sources.find(channelId, id);
    if (!source) throw unknownSource(channelId, id);
    return source.locator;
  }

  private async settle(channelId: number, edited: SourceEdited): Promise<StreamSource | null> {
    if (edited.kind !== 'done') throw refusalError(channelId, edited);
    await this.changes.check();
    return edited.source;
  }
}

/** Throws `invalid_input` with the reason why an address cannot be a source. */
function toSource(input: SourceInput): NewManualSource {
  const parsed = parseLocator(input.address);
  const problems = inputProblems(input);
  if (!parsed.ok) {
    const rule = `cannot be used: ${describeReason(parsed.reason)}`;
    throw invalidInput([{ field: 'address', rule }, ...problems]);
  }
  refuseProblems(problems);
  return {
    ...parsed.locator,
    fingerprint: fingerprint(parsed.locator),
    label: input.label ?? '',
    userAgent: input.userAgent ?? parsed.userAgent,
    headers: { ...parsed.headers, ...input.headers },
    allowPrivate: input.allowPrivate ?? false,
    proxyUrl: storedProxy(input.proxyUrl ?? null),
  };
}

function inputProblems({ label, userAgent, headers, proxyUrl }: SourceInput): FieldProblem[] {
  const problems = proxyProblems(proxyUrl);
  if (label !== undefined && (label.length > MAX_LABEL || /[\p{Cc}\p{Cs}]/u.test(label))) {
    problems.push({ field: 'label', rule: `must be up to ${MAX_LABEL} characters on one line` });
  }
  if (typeof userAgent === 'string' && (userAgent === '' || !HEADER_VALUE.test(userAgent))) {
    problems.push({ field: 'userAgent', rule: 'must be printable ASCII on one line' });
  }
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (HEADER_NAME.test(name) && HEADER_VALUE.test(value)) continue;
    problems.push({ field: 'headers', rule: `${name.slice(0, 64)} is not an HTTP header` });
  }
  return problems;
}

function refusalError(channelId: number, refusal: SourceRefusal): AppError {
  switch (refusal.kind) {
    case 'unknown-channel':
      return unknownChannel(channelId);
    case 'unknown-source':
      return unknownSource(channelId, refusal.id);
    case 'known-place':
      return conflict(`the channel has this address already, as source ${refusal.id}`);
    case 'too-many':
      return conflict('the channel has as many sources as one may have');
    case 'list-source':
      return conflict(`source ${refusal.id} comes from a list and would come back; switch it off instead`);
  }
}
