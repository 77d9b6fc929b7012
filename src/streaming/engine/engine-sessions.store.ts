import { readFile, rename, writeFile } from 'node:fs/promises';
import { describeError } from '../../platform/errors/app-error.js';
import type { Logger } from '../../platform/logging/logger.js';

/** A session that was started on an engine and not yet ended. */
export interface SessionRecord {
  /** Base address of the engine. */
  engine: string;
  infohash: string;
  /** How the engine numbers the playback; null where its start reply did not say. */
  playbackId: string | null;
  statPath: string | null;
  commandPath: string;
  /** ms since the epoch. */
  startedAt: number;
}

/** Where an engine client notes what it started, so that a killed server's successor can stop it. */
export interface SessionLog {
  remember(record: SessionRecord): Promise<void>;
  forget(record: Pick<SessionRecord, 'engine' | 'commandPath'>): Promise<void>;
}

const MAX_RECORDS = 200;
const OWN_PATH = /^\/(ace|content|hls)\/[^\s]*$/;

/**
 * The open sessions of all engines in one small file. It is replaced as a whole, so a server that is killed while it
 * writes leaves the old file or the new one. A file that cannot be written costs a warning, never a stream.
 */
export class EngineSessionsStore implements SessionLog {
  private records: SessionRecord[] | undefined;
  private inherited: readonly SessionRecord[] = [];
  private turn: Promise<void> = Promise.resolve();
  private dirty = false;

  constructor(
    private readonly file: string,
    private readonly logger: Logger,
  ) {}

  /** What an earlier process noted and did not end. */
  async leftBehind(): Promise<readonly SessionRecord[]> {
    await this.inTurn(() => this.load().then(() => undefined));
    return this.inherited;
  }

  remember(record: SessionRecord): Promise<void> {
    return this.change((records) => [...records.filter((other) => !isSame(other, record)), record]);
  }

  forget(record: Pick<SessionRecord, 'engine' | 'commandPath'>): Promise<void> {
    return this.change((records) => records.filter((other) => !isSame(other, record)));
  }

  private change(edit: (records: SessionRecord[]) => SessionRecord[]): Promise<void> {
    return this.inTurn(async () => {
      const before = await this.load();
      this.records = edit(before).slice(-MAX_RECORDS);
      this.dirty ||= this.records.length !== before.length || this.records.at(-1) !== before.at(-1);
      if (this.dirty) await this.save(this.records);
    });
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    this.turn = this.turn.then(work);
    return this.turn;
  }

  private async load(): Promise<SessionRecord[]> {
    if (!this.records) this.inherited = this.records = parseRecords(await this.read());
    return this.records;
  }

  private async read(): Promise<string> {
    try {
      return await readFile(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.complain('cannot be read', error);
      return '';
    }
  }

  private async save(records: readonly SessionRecord[]): Promise<void> {
    const temporary = `${this.file}.new`;
    try {
      await writeFile(temporary, `${JSON.stringify(records)}\n`, { mode: 0o600 });
      await rename(temporary, this.file);
      this.dirty = false;
    } catch (error) {
      this.complain('cannot be written', error);
    }
  }

  private complain(what: string, error: unknown): void {
    this.logger.warn(`the note of open engine sessions ${what}`, { error: describeError(error) });
  }
}

/** For engines whose sessions nobody has to clean up after, as in a short-lived command. */
export const NO_SESSION_LOG: SessionLog = {
  remember: () => Promise.resolve(),
  forget: () => Promise.resolve(),
};

function isSame(
  a: Pick<SessionRecord, 'engine' | 'commandPath'>,
  b: Pick<SessionRecord, 'engine' | 'commandPath'>,
): boolean {
  return a.engine === b.engine && a.commandPath === b.commandPath;
}

/** What is not a record is left out: a damaged file must not keep the server from streaming. */
function parseRecords(text: string): SessionRecord[] {
  try {
    const value: unknown = text === '' ? [] : JSON.parse(text);
    return Array.isArray(value) ? value.filter(isRecord).slice(-MAX_RECORDS) : [];
  } catch {
    return [];
  }
}

function isRecord(value: unknown): value is SessionRecord {
  const { engine, infohash, playbackId, statPath, commandPath, startedAt } = (value ?? {}) as Partial<
    Record<keyof SessionRecord, unknown>
  >;
  const isPath = (path: unknown): boolean => typeof path === 'string' && OWN_PATH.test(path);
  return (
    typeof engine === 'string' &&
    typeof infohash === 'string' &&
    (playbackId === null || typeof playbackId === 'string') &&
    (statPath === null || isPath(statPath)) &&
    isPath(commandPath) &&
    Number.isFinite(startedAt)
  );
}
