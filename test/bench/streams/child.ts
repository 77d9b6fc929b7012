import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

interface Reply {
  id: number;
  value?: unknown;
  error?: string;
}

/** A part of a benchmark in a process of its own, so that its work does not count as somebody else's. */
export class BenchChild {
  private lastId = 0;
  private readonly waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (e: Error) => void }
  >();

  constructor(private readonly child: ChildProcess) {
    child.on('message', (message) => {
      const { id, value, error } = message as Reply;
      const waiter = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) waiter?.resolve(value);
      else waiter?.reject(new Error(error));
    });
    child.once('exit', (code) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`the child ended with ${code}`));
    });
  }

  /** `file` stands beside this one and answers with `serveParent`. */
  static start(file: string): BenchChild {
    return new BenchChild(fork(fileURLToPath(new URL(file, import.meta.url))));
  }

  async ask<T>(name: string, argument?: unknown): Promise<T> {
    const id = ++this.lastId;
    const answer = new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
    this.child.send({ id, name, argument });
    return (await answer) as T;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }
}

/** The other end: answers the parent's calls. */
export function serveParent(calls: Readonly<Record<string, (argument: never) => unknown>>): void {
  process.once('disconnect', () => process.exit());
  process.on('message', (message) => {
    const { id, name, argument } = message as { id: number; name: string; argument: never };
    const call = calls[name];
    const answer = call ? () => call(argument) : () => Promise.reject(new Error(`no call ${name}`));
    const answered = new Promise((resolve) => resolve(answer()));
    answered.then(
      (value) => process.send?.({ id, value }),
      (error: unknown) => process.send?.({ id, error: String(error) }),
    );
  });
}

export interface Usage {
  /** Of all threads, since the start. */
  cpuSeconds: number;
  rssBytes: number;
}

export function ownUsage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss() };
}
