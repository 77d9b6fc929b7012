import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

const PICTURE = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=25'];
const SOUND = ['-re', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
const CODECS = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25', '-b:v', '400k'],
  ...['-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '64k'],
];

/** A real ffmpeg that sends a test picture somewhere, until it is stopped. */
export class FfmpegSource {
  private readonly child: ChildProcess;
  private printed = '';

  /** `output`: format and address, e.g. `['-f', 'mpegts', 'udp://127.0.0.1:1234']`. */
  constructor(output: readonly string[], input: readonly string[] = [...PICTURE, ...SOUND]) {
    const args = ['-hide_banner', '-nostdin', '-loglevel', 'warning', ...input, ...CODECS, ...output];
    this.child = spawn('ffmpeg', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr?.on('data', (chunk: Buffer) => (this.printed += chunk.toString('utf8')));
  }

  get said(): string {
    return this.printed;
  }

  /** Resolves when it is gone. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      if (this.child.exitCode !== null || this.child.signalCode !== null) return resolve();
      this.child.once('close', () => resolve());
      this.child.kill('SIGKILL');
    });
  }

  ended(): Promise<void> {
    return new Promise((resolve) => this.child.once('close', () => resolve()));
  }
}

/** A port that was free a moment ago, for programs that cannot choose one themselves. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
