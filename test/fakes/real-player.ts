import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { tmpdir } from 'node:os';

export type PlayerName = 'ffmpeg' | 'mpv' | 'vlc';

interface PlayerKind {
  program: string;
  args: (url: string) => string[];
  /** Typed into it now and then, where it tells its state only when asked. */
  question?: string;
  /** Pictures shown so far, in a line of its output. */
  frames: RegExp;
  /** Seconds of the stream that have passed. */
  seconds: RegExp;
  /** Lines that a viewer would have noticed. */
  complaints: RegExp;
}

const ASK_MS = 250;
/** VLC refuses to run as root. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

const KINDS: Record<PlayerName, PlayerKind> = {
  ffmpeg: {
    program: 'ffmpeg',
    args: (url) => [
      ...['-hide_banner', '-nostdin', '-loglevel', 'warning', '-i', url, '-map', '0:v:0', '-map', '0:a:0'],
      ...['-f', 'null', '-stats_period', '0.2', '-progress', 'pipe:1', '-'],
    ],
    frames: /^frame=\s*(\d+)/,
    seconds: /^out_time_us=(\d+)\d{6}$/,
    complaints: /non.monoton|corrupt|error|invalid/i,
  },
  mpv: {
    program: 'mpv',
    args: (url) => [
      ...[
        '--no-config',
        '--vo=null',
        '--ao=null',
        '--untimed=no',
        '--no-input-terminal',
        '--msg-level=all=warn',
      ],
      ...[
        '--msg-level=statusline=status',
        '--term-status-msg=frame ${estimated-frame-number} at ${=time-pos}\n',
        url,
      ],
    ],
    frames: /frame (\d+)/,
    seconds: /at (\d+)/,
    complaints: /error|failed/i,
  },
  vlc: {
    program: 'cvlc',
    args: (url) => [
      '-I',
      'rc',
      '--rc-fake-tty',
      '--vout',
      'dummy',
      '--aout',
      'adummy',
      '--no-video-title-show',
      url,
    ],
    question: 'stats\nget_time\n',
    frames: /frames displayed\s*:\s*(\d+)/,
    seconds: /^> (\d+)\s*$/,
    complaints: /error/i,
  },
};

/** A player as people have it, playing an address to nowhere. */
export class RealPlayer {
  frames = 0;
  /** In the order in which it told them. */
  readonly seconds: number[] = [];
  readonly complaints: string[] = [];
  isOver = false;
  private readonly child: ChildProcess;
  private readonly asking: NodeJS.Timeout;
  private readonly watchers = new Set<() => void>();
  private rest = '';

  constructor(
    readonly name: PlayerName,
    url: string,
  ) {
    const { program, args, question } = KINDS[name];
    this.child = spawn(program, args(url), {
      stdio: 'pipe',
      env: { PATH: process.env.PATH ?? '', HOME: tmpdir(), LC_ALL: 'C' },
      ...NOBODY,
    });
    this.asking = setInterval(() => {
      if (question !== undefined && !this.isOver) this.child.stdin?.write(question);
    }, ASK_MS);
    this.child.stdin?.on('error', () => {});
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.hear(chunk.toString('utf8')));
    }
    this.child.once('close', () => {
      this.isOver = true;
      clearInterval(this.asking);
      this.changed();
    });
  }

  /** Resolves when it has shown so many more pictures; throws when it has given up. */
  async more(frames: number): Promise<void> {
    const wanted = this.frames + frames;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.frames < wanted && !this.isOver) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
    if (this.frames < wanted) throw new Error(`${this.name} ended: ${this.complaints.slice(-5).join('; ')}`);
  }

  async stop(): Promise<void> {
    if (this.isOver) return;
    const gone = new Promise<void>((resolve) => this.child.once('close', () => resolve()));
    this.child.kill('SIGKILL');
    await gone;
  }

  private hear(text: string): void {
    const lines = (this.rest + text).split(/[\r\n]+/);
    this.rest = lines.pop() ?? '';
    const { frames, seconds, complaints } = KINDS[this.name];
    for (const line of lines) {
      const frame = frames.exec(line)?.[1];
      const second = seconds.exec(line)?.[1];
      if (frame !== undefined) this.frames = Number(frame);
      if (second !== undefined) this.seconds.push(Number(second));
      if (complaints.test(line) && this.complaints.length < 100) this.complaints.push(line.trim());
    }
    this.changed();
  }

  private changed(): void {
    for (const look of [...this.watchers]) look();
  }
}
