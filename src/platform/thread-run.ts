import { Worker } from 'node:worker_threads';
import type { Transferable } from 'node:worker_threads';
import type { Clock } from './clock.js';

export type ThreadFailure =
  /** The server shuts down. */
  | { kind: 'stopped' }
  | { kind: 'error'; error: unknown }
  /** It is gone and has not said that it is done. */
  | { kind: 'ended'; code: number }
  | { kind: 'late' }
  /** In its own words. */
  | { kind: 'told'; reason: string };

/** What a message means: the end, or undefined while the work goes on. */
export type Heard<Result> = { result: Result } | { failed: string } | undefined;

export interface ThreadRun<Message, Result> {
  /** The script of the thread. */
  entry: URL;
  data: unknown;
  /** Of `data`, handed over instead of copied. */
  transfer?: readonly Transferable[];
  /** Heap of the thread. */
  maxMegabytes: number;
  /** Ends it. */
  signal: AbortSignal;
  /** Given up after so long: in all, or without a message. */
  patience?: { clock: Clock; ms: number; of: 'everything' | 'silence' };
  hear: (message: Message, reply: (answer: unknown) => void) => Heard<Result>;
  /** As the caller wants to see it. */
  failure: (failure: ThreadFailure) => Error;
}

/** Has one piece of work done in a thread of its own. Resolves or rejects when that thread is gone. */
export async function runThread<Message, Result>(run: ThreadRun<Message, Result>): Promise<Result> {
  if (run.signal.aborted) throw run.failure({ kind: 'stopped' });
  const worker = new Worker(run.entry, {
    workerData: run.data,
    ...(run.transfer ? { transferList: [...run.transfer] } : {}),
    resourceLimits: { maxOldGenerationSizeMb: run.maxMegabytes },
    execArgv: [],
  });
  try {
    return await outcomeOf(worker, run);
  } finally {
    await worker.terminate();
  }
}

function outcomeOf<Message, Result>(
  worker: Worker,
  { signal, patience, hear, failure }: ThreadRun<Message, Result>,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const watch = (): { cancel: () => void } | undefined =>
      patience?.clock.setTimer(patience.ms, () => fail({ kind: 'late' }));
    let timer = watch();
    let isOver = false;
    const settle = (): void => {
      isOver = true;
      timer?.cancel();
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (why: ThreadFailure): void => {
      settle();
      reject(failure(why));
    };
    const onAbort = (): void => fail({ kind: 'stopped' });
    const onMessage = (message: Message): void => {
      if (isOver) return;
      const heard = hear(message, (answer) => worker.postMessage(answer));
      if (heard === undefined) {
        if (patience?.of !== 'silence') return;
        timer?.cancel();
        timer = watch();
      } else if ('failed' in heard) fail({ kind: 'told', reason: heard.failed });
      else {
        settle();
        resolve(heard.result);
      }
    };
    signal.addEventListener('abort', onAbort, { once: true });
    worker.on('error', (error) => fail({ kind: 'error', error }));
    worker.on('exit', (code) => fail({ kind: 'ended', code }));
    worker.on('message', (message: Message) => {
      try {
        onMessage(message);
      } catch (error) {
        fail({ kind: 'error', error });
      }
    });
  });
}
