// Viewers, as cheap as they can be: one buffer for all reads, nothing looked at but the clock and the count.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { ownUsage, serveParent } from './child.js';

export interface AudiencePlan {
  port: number;
  /** One entry per viewer. */
  paths: readonly string[];
  bytesPerSecond: number;
  /** So many viewers open at once; the others when these see something. */
  atOnce?: number;
}

export interface AudienceReport {
  /** All bytes so far. */
  bytes: number;
  viewers: number;
  /** Who saw his picture stop: fewer bytes than the playing time since his first byte asks for. */
  starved: number;
  /** Whose connection ended. */
  lost: number;
  /** Longest time without a byte, ms. */
  longestGapMs: number;
}

/** Jitter that any player bears, in seconds of media. */
const TOLERANCE_SECONDS = 0.5;
const CHECK_MS = 100;
const scratch = Buffer.allocUnsafeSlow(256 * 1024);

class Viewer {
  bytes = 0;
  firstAt = 0;
  lastAt = 0;
  gapMs = 0;
  starved = false;
  lost = false;
  readonly started: Promise<void>;
  private readonly socket: Socket;

  constructor(port: number, path: string) {
    let begin = (): void => {};
    this.started = new Promise((resolve) => (begin = resolve));
    const onread = {
      buffer: scratch,
      callback: (size: number) => {
        const now = performance.now();
        if (this.bytes === 0) {
          this.firstAt = now;
          begin();
        } else this.gapMs = Math.max(this.gapMs, now - this.lastAt);
        this.lastAt = now;
        this.bytes += size;
        return true;
      },
    };
    this.socket = connect({ host: '127.0.0.1', port, onread });
    this.socket.on('error', () => {});
    this.socket.once('close', () => {
      this.lost = true;
      begin();
    });
    this.socket.write(
      `GET ${path} HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench\r\nConnection: close\r\n\r\n`,
    );
  }

  check(now: number, bytesPerSecond: number): void {
    if (this.bytes === 0) return;
    const due = ((now - this.firstAt) / 1000 - TOLERANCE_SECONDS) * bytesPerSecond;
    if (this.bytes < due) this.starved = true;
  }

  leave(): void {
    this.socket.destroy();
  }
}

let audience: Viewer[] = [];
let timer: NodeJS.Timeout | undefined;

serveParent({
  open: async ({ port, paths, bytesPerSecond, atOnce = 50 }: AudiencePlan) => {
    for (let at = 0; at < paths.length; at += atOnce) {
      const group = paths.slice(at, at + atOnce).map((path) => new Viewer(port, path));
      audience.push(...group);
      await Promise.all(group.map(({ started }) => started));
    }
    timer ??= setInterval(() => {
      for (const viewer of audience) viewer.check(performance.now(), bytesPerSecond);
    }, CHECK_MS);
  },
  /** Forgets gaps and hunger of the beginning. */
  mark: () => {
    for (const viewer of audience) {
      viewer.gapMs = 0;
      viewer.starved = false;
    }
  },
  report: (): AudienceReport => ({
    bytes: audience.reduce((sum, { bytes }) => sum + bytes, 0),
    viewers: audience.length,
    starved: audience.filter(({ starved }) => starved).length,
    lost: audience.filter(({ lost }) => lost).length,
    longestGapMs: Math.round(Math.max(0, ...audience.map(({ gapMs }) => gapMs))),
  }),
  leave: () => {
    clearInterval(timer);
    timer = undefined;
    for (const viewer of audience) viewer.leave();
    audience = [];
  },
  usage: ownUsage,
});
