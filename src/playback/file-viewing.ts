import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OpenFile } from '../streaming/files/file-hosts.js';
import type { Account } from '../users/account.js';
import type { ConnectionLimiter, Place } from './connection-limiter.js';
import type { PlaybackClient } from './viewing.js';

export interface FileViewingContext {
  account: Account;
  /** Of the film or the episode. */
  itemId: number;
  /** null = none. */
  categoryId: number | null;
  client: PlaybackClient;
  file: OpenFile;
  limiter: ConnectionLimiter;
  onOver: (viewing: FileViewing) => void;
}

/** One connection of a viewer to a file. Players have several at once: they count as one viewer. */
export class FileViewing {
  /** What the player gets; destroying it hangs up at the host at once. */
  readonly body: Transform;
  private readonly place: Place;
  private sent = 0;

  constructor(readonly context: FileViewingContext) {
    const { account, itemId, client, limiter, file } = context;
    const holder = { userId: account.id, channelId: itemId, ...client };
    this.place = limiter.acquire(holder, account.maxConnections, () => this.end());
    this.body = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.sent += chunk.length;
        this.place.noteBytes(this.sent);
        done(null, chunk);
      },
    });
    // However it ends, the player sees it: by the length that was promised.
    pipeline(file.body, this.body).catch(() => {});
    this.body.once('close', () => {
      this.place.release();
      context.onOver(this);
    });
  }

  get categoryId(): number | null {
    return this.context.categoryId;
  }

  get file(): OpenFile {
    return this.context.file;
  }

  /** Ends it from our side. */
  end(): void {
    this.body.destroy();
  }
}
