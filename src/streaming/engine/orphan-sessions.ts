import type { Clock } from '../../platform/clock.js';
import type { Logger } from '../../platform/logging/logger.js';
import type { EngineClient } from './engine-client.js';
import type { EngineSessionsStore, SessionRecord } from './engine-sessions.store.js';

export interface OrphanOptions {
  store: EngineSessionsStore;
  clients: readonly EngineClient[];
  clock: Clock;
  logger: Logger;
  /** Ends the attempts, e.g. when the server ends. */
  signal: AbortSignal;
  /** Pauses before further attempts at an engine that does not answer, ms. */
  retryMs?: readonly number[];
}

type Verdict = 'stopped' | 'not-ours' | 'unreachable';

/** The engine may be starting together with the server. */
const RETRY_MS = [5_000, 15_000, 60_000, 300_000];
/** No engine keeps a session that nobody reads for so long. */
const FORGET_AFTER_MS = 24 * 3_600_000;

/** What an earlier process of this server started on its engines and could not stop, because it was killed. */
export class OrphanSessions {
  constructor(private readonly options: OrphanOptions) {}

  /**
   * Stops each. Whatever does not answer as the very playback that was noted is left alone. Resolves when all is
   * said; never rejects.
   */
  async stop(): Promise<void> {
    const { store, clients, clock } = this.options;
    const byClient = new Map<EngineClient, SessionRecord[]>();
    for (const record of await store.leftBehind()) {
      const client = clients.find(({ baseUrl }) => baseUrl === record.engine);
      const isOld = clock.now() - record.startedAt > FORGET_AFTER_MS;
      if (client && !isOld) byClient.set(client, [...(byClient.get(client) ?? []), record]);
      else await store.forget(record);
    }
    await Promise.all([...byClient].map(([client, records]) => this.stopOn(client, records)));
  }

  private async stopOn(client: EngineClient, records: readonly SessionRecord[]): Promise<void> {
    const { clock, signal, retryMs = RETRY_MS } = this.options;
    let left = records;
    for (const pause of [0, ...retryMs]) {
      if (pause > 0) await clock.sleep(pause, signal).catch(() => undefined);
      left = await this.round(client, left);
      if (left.length === 0 || signal.aborted) return;
    }
  }

  /** Returns those that could not be asked; one silence speaks for the whole engine. */
  private async round(client: EngineClient, records: readonly SessionRecord[]): Promise<SessionRecord[]> {
    const { store, logger, signal } = this.options;
    for (const [index, record] of records.entries()) {
      const verdict = signal.aborted ? 'unreachable' : await stopOne(client, record, signal);
      if (verdict === 'unreachable') return records.slice(index);
      await store.forget(record);
      if (verdict === 'stopped') logger.info('stopped a session left behind', { infohash: record.infohash });
    }
    return [];
  }
}

async function stopOne(client: EngineClient, record: SessionRecord, signal: AbortSignal): Promise<Verdict> {
  const reply = await client.stat(record, signal);
  if (!reply.ok) return isSilence(reply.error.kind) ? 'unreachable' : 'not-ours';
  const { infohash, playbackId } = reply.stat;
  if (infohash !== null && infohash !== record.infohash) return 'not-ours';
  if (playbackId !== null && record.playbackId !== null && playbackId !== record.playbackId) {
    return 'not-ours';
  }
  return (await client.stopPath(record.commandPath)) === 'failed' ? 'unreachable' : 'stopped';
}

function isSilence(kind: string): boolean {
  return kind === 'engine-down' || kind === 'no-answer';
}
