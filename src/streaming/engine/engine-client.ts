import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { readPlaylist } from '../../core/hls/read-playlist.js';
import type { Clock } from '../../platform/clock.js';
import { describeError } from '../../platform/errors/app-error.js';
import { DeadlineError } from '../deadline.js';
import { HlsBody } from '../hls/hls-body.js';
import { MAX_PLAYLIST_BYTES, readSmall } from '../hls/hls-transport.js';
import type { AceId } from './ace-id.js';
import { NO_SESSION_LOG } from './engine-sessions.store.js';
import type { SessionLog } from './engine-sessions.store.js';
import { discard, EngineHttp, EngineUnreachable } from './engine-http.js';
import { engineUrl, EngineTransport } from './engine-transport.js';
import { OpenEnds } from './open-ends.js';
import { UntakenStop } from './untaken-stop.js';
import type {
  AceFormat,
  EngineError,
  EngineEvent,
  EngineStat,
  Envelope,
  StartReply,
} from './engine-replies.js';
import {
  classifyEngineText,
  parseEnvelope,
  parseEvent,
  parseMediaFiles,
  parseStartReply,
  parseStat,
} from './engine-replies.js';

export interface EngineClientOptions {
  /** Base address of the engine, e.g. `http://127.0.0.1:6878`. */
  baseUrl: string;
  clock: Clock;
  /** Owner of what goes on after its caller was answered. */
  background: (name: string, work: Promise<unknown>) => void;
  startTimeoutMs: number;
  /** Told what is started and what has ended. */
  sessions?: SessionLog;
  connectTimeoutMs?: number;
  stopTimeoutMs?: number;
  statTimeoutMs?: number;
}

/** A session that the engine holds for us. */
export interface EngineSession extends StartReply {
  pid: string;
  format: AceFormat;
}

export type StartOutcome = { ok: true; session: EngineSession } | { ok: false; error: EngineError };
/** `unknown-session`: it had ended before, by the engine's doing. */
export type StopOutcome = 'stopped' | 'unknown-session' | 'failed';
export type MediaOutcome = { ok: true; body: Readable } | { ok: false; error: EngineError };
export type StatOutcome = { ok: true; stat: EngineStat } | { ok: false; error: EngineError };

const DEFAULTS = {
  connectTimeoutMs: 3_000,
  stopTimeoutMs: 3_000,
  statTimeoutMs: 5_000,
  sessions: NO_SESSION_LOG,
};
/** How long a start reply that missed its deadline is still awaited, only to stop what it started. */
const LATE_REPLY_MS = 45_000;
const EVENT_POLL_MS = 20_000;
const MAX_UNTAKEN_STOPS = 100;
const MAX_ERROR_BYTES = 2_048;

/** One engine's HTTP interface, typed. Nothing here rejects for what the engine does: failures are values. */
export class EngineClient {
  readonly baseUrl: string;
  private readonly options: EngineClientOptions & typeof DEFAULTS;
  private readonly http: EngineHttp;
  private readonly closing = new AbortController();
  private readonly openEnds = new OpenEnds();
  /** Stops under way once more. */
  private readonly untaken = new Set<Promise<void>>();

  constructor(options: EngineClientOptions) {
    this.options = { ...DEFAULTS, ...options };
    this.baseUrl = options.baseUrl;
    this.http = new EngineHttp(new URL(options.baseUrl).origin, options.clock, this.options.connectTimeoutMs);
  }

  /**
   * Starts a session under a fresh player id: the engine replaces sessions that share one, and a late stop for an
   * old session must never hit a new one. There is no way to abort this: a request given up half-way may still have
   * started something. A reply that comes after the deadline is stopped. What the engine may still hold of the same
   * content is ended first; `infohash` finds it under another id.
   */
  async start(id: AceId, format: AceFormat = 'ts', infohash = id.hex): Promise<StartOutcome> {
    const contents = [id.hex, infohash];
    if (!(await this.openEnds.settle(contents))) {
      return { ok: false, error: { kind: 'no-answer', text: 'no answer about an earlier session of it' } };
    }
    const pid = randomBytes(16).toString('hex');
    const path =
      `/ace/${format === 'hls' ? 'manifest.m3u8' : 'getstream'}?${id.namespace}=${id.hex}&format=json&pid=${pid}` +
      '&use_api_events=1&use_stop_notifications=1';
    const { startTimeoutMs, background } = this.options;
    const call = this.call(path, startTimeoutMs + LATE_REPLY_MS).then((reply) =>
      this.started(reply, { pid, format }),
    );
    if (await this.within(startTimeoutMs, call)) return call;
    const stopped = this.stopWhenStarted(call);
    this.openEnds.keep(contents, () => this.within(startTimeoutMs, stopped), stopped);
    background('late start reply of an engine', stopped);
    return { ok: false, error: { kind: 'no-answer', text: 'no answer to the start call' } };
  }

  /**
   * Ends a session at the engine. Never throws; the engine may hang here, which must hold nobody up. A stop that it did
   * not take is said again in the background: a session nobody reads still takes a place and bandwidth.
   */
  async stop(session: EngineSession): Promise<StopOutcome> {
    const { commandPath, infohash } = session;
    if (commandPath === null) return 'failed';
    const outcome = await this.stopOnce(commandPath);
    if (outcome === 'failed' && !this.closing.signal.aborted && this.untaken.size < MAX_UNTAKEN_STOPS) {
      this.stopAgain(commandPath, infohash);
    }
    return outcome;
  }

  private async stopOnce(commandPath: string): Promise<StopOutcome> {
    const outcome = await this.stopPath(commandPath);
    if (outcome !== 'failed') await this.forget({ commandPath });
    return outcome;
  }

  /** What is still open at the end is noted in the session log, and stopped at the next start of the server. */
  private stopAgain(commandPath: string, infohash: string): void {
    const stop = new UntakenStop(async () => (await this.stopOnce(commandPath)) !== 'failed');
    const again = stop
      .repeat(this.options.clock, this.closing.signal)
      .finally(() => this.untaken.delete(again));
    this.untaken.add(again);
    this.openEnds.keep([infohash], () => stop.now(), again);
    this.options.background('a stop that the engine did not take', again);
  }

  /** The engine has ended this session by itself: nobody has to stop it later. */
  async forget({ commandPath }: Pick<EngineSession, 'commandPath'>): Promise<void> {
    if (commandPath !== null) await this.options.sessions.forget({ engine: this.baseUrl, commandPath });
  }

  /** The same for a session of which only the command path is known, e.g. from before a restart of the server. */
  async stopPath(commandPath: string): Promise<StopOutcome> {
    const reply = await this.call(withQuery(commandPath, 'method=stop'), this.options.stopTimeoutMs);
    if (reply.ok) return 'stopped';
    return reply.error.kind === 'session-lost' ? 'unknown-session' : 'failed';
  }

  /** Asking does not count as watching. */
  async stat(session: Pick<EngineSession, 'statPath'>, signal?: AbortSignal): Promise<StatOutcome> {
    if (session.statPath === null) {
      return { ok: false, error: { kind: 'bad-reply', text: 'the session has no statistics' } };
    }
    const path = withQuery(session.statPath, 'skip_player_activity=1');
    const reply = await this.call(path, this.options.statTimeoutMs, signal);
    if (!reply.ok) return reply;
    const stat = parseStat(reply.value);
    return stat ? { ok: true, stat } : { ok: false, error: { kind: 'bad-reply', text: 'odd statistics' } };
  }

  /** Waits for the next notice about a session; undefined when there was none for a while. */
  async nextEvent(
    session: EngineSession,
    signal: AbortSignal,
  ): Promise<EngineEvent | EngineError | undefined> {
    if (session.eventPath === null) return { kind: 'bad-reply', text: 'the session has no events' };
    const reply = await this.call(session.eventPath, EVENT_POLL_MS, signal);
    if (!reply.ok) return reply.error.kind === 'no-answer' ? undefined : reply.error;
    return parseEvent(reply.value);
  }

  /** The infohash behind a content id, without starting anything; undefined when the engine cannot say. */
  async resolve(id: AceId, signal?: AbortSignal): Promise<string | undefined> {
    const source = id.namespace === 'id' ? 'content_id' : 'infohash';
    const path = `/server/api?api_version=3&method=get_media_files&${source}=${id.hex}&mode=brief`;
    const reply = await this.call(path, this.options.statTimeoutMs, signal);
    return reply.ok ? parseMediaFiles(reply.value) : undefined;
  }

  /** This method stops answering when the engine hangs; `get_version` does not. */
  async isHealthy(signal?: AbortSignal): Promise<boolean> {
    const reply = await this.call(
      '/server/api?api_version=3&method=get_status',
      this.options.statTimeoutMs,
      signal,
    );
    return reply.ok;
  }

  async version(signal?: AbortSignal): Promise<string | undefined> {
    const reply = await this.call(
      '/webui/api/service?method=get_version',
      this.options.statTimeoutMs,
      signal,
    );
    const version = reply.ok ? (reply.value as { version?: unknown }).version : undefined;
    return typeof version === 'string' ? version.slice(0, 32) : undefined;
  }

  /** The session's bytes. "warming" means: ask again in a moment. */
  async media(session: EngineSession, timeoutMs: number, signal: AbortSignal): Promise<MediaOutcome> {
    try {
      const reply = await this.http.media(session.playbackPath, { timeoutMs, signal });
      if (reply.status === 200 && session.format === 'hls') return await this.segments(session, reply.body);
      if (reply.status === 200 || reply.status === 206) return { ok: true, body: reply.body };
      return { ok: false, error: await mediaError(reply.status, reply.body) };
    } catch (error) {
      return { ok: false, error: engineError(error) };
    }
  }

  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all([...this.untaken]);
    await this.http.close();
  }

  /** The playlist of an HLS session → its segments as one body. */
  private async segments(session: EngineSession, body: Readable): Promise<MediaOutcome> {
    const text = await readSmall(body, MAX_PLAYLIST_BYTES);
    const playlist = readPlaylist(text?.toString('utf8') ?? '');
    if (playlist.kind !== 'media') {
      return { ok: false, error: { kind: 'bad-reply', text: 'the engine gave no playlist' } };
    }
    const { clock, background } = this.options;
    const transport = new EngineTransport(this.http);
    const url = engineUrl(session.playbackPath);
    return { ok: true, body: new HlsBody({ transport, clock, background, url, playlist }) };
  }

  /** Noted before anybody is told of it: from here on the session outlives even a killed server. */
  private async started(reply: Envelope, own: Pick<EngineSession, 'pid' | 'format'>): Promise<StartOutcome> {
    if (!reply.ok) return reply;
    const start = parseStartReply(reply.value);
    if (!start) return { ok: false, error: { kind: 'bad-reply', text: 'the start reply is incomplete' } };
    const { infohash, playbackId, statPath, commandPath } = start;
    if (commandPath !== null) {
      const { sessions, clock } = this.options;
      const startedAt = clock.now();
      await sessions.remember({
        engine: this.baseUrl,
        infohash,
        playbackId,
        statPath,
        commandPath,
        startedAt,
      });
    }
    return { ok: true, session: { ...start, ...own } };
  }

  private within(ms: number, work: Promise<unknown>): Promise<boolean> {
    const done = new AbortController();
    const settled = (): void => done.abort();
    work.then(settled, settled);
    return this.options.clock.sleep(ms, done.signal).then(
      () => false,
      () => true,
    );
  }

  private async stopWhenStarted(call: Promise<StartOutcome>): Promise<void> {
    const outcome = await call;
    if (outcome.ok) await this.stop(outcome.session);
  }

  private async call(path: string, timeoutMs: number, signal?: AbortSignal): Promise<Envelope> {
    try {
      const { status, body } = await this.http.text(path, { timeoutMs, signal });
      if (status === 200) return parseEnvelope(body);
      return { ok: false, error: statusError(status, body) };
    } catch (error) {
      return { ok: false, error: engineError(error) };
    }
  }
}

/** A refused playback address answers with the reason as text. */
async function mediaError(status: number, body: Readable): Promise<EngineError> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= MAX_ERROR_BYTES) break;
    }
  } catch (error) {
    return { kind: 'engine-down', text: describeError(error) };
  } finally {
    discard(body);
  }
  return statusError(status, Buffer.concat(chunks).toString('utf8'));
}

function statusError(status: number, body: string): EngineError {
  const text = body
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, 120);
  const kind = classifyEngineText(text);
  if (kind !== 'bad-reply') return { kind, text };
  if (status === 403) return { kind: 'superseded', text: 'the engine answered 403' };
  if (status >= 502) return { kind: 'engine-down', text: `the engine answered ${status}` };
  return { kind: 'bad-reply', text: `the engine answered ${status}` };
}

function engineError(error: unknown): EngineError {
  if (error instanceof EngineUnreachable) return error.error;
  if (error instanceof DeadlineError) return { kind: 'no-answer', text: error.message };
  return { kind: 'engine-down', text: 'the request was given up' };
}

function withQuery(path: string, query: string): string {
  return path + (path.includes('?') ? '&' : '?') + query;
}
