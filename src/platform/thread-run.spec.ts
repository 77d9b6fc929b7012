import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { FakeClock } from '../../test/fakes/fake-clock.js';
import { runThread } from './thread-run.js';
import type { Heard, ThreadRun } from './thread-run.js';

type Message = { kind: 'progress'; done: number } | { kind: 'end'; sum: number } | { kind: 'failure' };

describe('work in a thread', () => {
  let stop: AbortController;
  let clock: FakeClock;
  let heard: Message[];
  let noted: (() => void) | undefined;

  beforeEach(() => {
    stop = new AbortController();
    clock = new FakeClock();
    heard = [];
    noted = undefined;
  });

  // Whatever happened, nobody waits for anything any more.
  afterEach(() => {
    expect(getEventListeners(stop.signal, 'abort')).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  function read(message: Message): Heard<number> {
    heard.push(message);
    noted?.();
    if (message.kind === 'end') return { result: message.sum };
    return message.kind === 'failure' ? { failed: 'it says so' } : undefined;
  }

  function run(script: string, changes: Partial<ThreadRun<Message, number>> = {}): Promise<number> {
    const entry = new URL(
      `data:text/javascript,${encodeURIComponent(
        `import { parentPort, workerData } from 'node:worker_threads';
         const say = (message) => parentPort.postMessage(message);
         const stay = () => setInterval(() => {}, 1_000);
         ${script}`,
      )}`,
    );
    return runThread<Message, number>({
      entry,
      data: [1, 2, 3],
      maxMegabytes: 32,
      signal: stop.signal,
      hear: read,
      failure: (why) => new Error(JSON.stringify(why.kind === 'error' ? String(why.error) : why)),
      ...changes,
    });
  }

  /** Resolves when something was heard. */
  function progress(): Promise<void> {
    return new Promise((resolve) => (noted = resolve));
  }

  it('is given its data and yields its result', async () => {
    const script = `say({ kind: 'progress', done: 1 }); say({ kind: 'end', sum: workerData.reduce((a, b) => a + b) }); stay();`;
    expect(await run(script)).toBe(6);
    expect(heard.map(({ kind }) => kind)).toEqual(['progress', 'end']);
  });

  it('is answered, and takes what is handed over', async () => {
    const bytes = new Uint8Array([7, 8]);
    const script = `parentPort.on('message', (more) => say({ kind: 'end', sum: workerData[1] + more })); say({ kind: 'progress', done: 0 });`;
    const result = run(script, {
      data: bytes,
      transfer: [bytes.buffer],
      hear: (message, reply) => {
        if (message.kind === 'progress') reply(100);
        return read(message);
      },
    });
    expect(await result).toBe(108);
    expect(bytes.length).toBe(0);
  });

  it.each([
    ['it says that it failed', `say({ kind: 'failure' }); stay();`, /"told","reason":"it says so"/],
    ['it throws', `throw new Error('no such table')`, /Error: no such table/],
    ['it ends without a word', `process.exit(3)`, /"ended","code":3/],
    [
      'it takes too much memory',
      `const all = []; for (;;) all.push(new Array(1000).fill(all.length));`,
      /memory/,
    ],
  ])('fails where %s', async (_what, script, words) => {
    await expect(run(script)).rejects.toThrow(words);
  });

  it('fails where nobody understands what it says', async () => {
    const hear = (): never => {
      throw new Error('what?');
    };
    await expect(run(`say(1); stay();`, { hear })).rejects.toThrow('what?');
  });

  it('is not begun after the end of the server, and is given up at that end', async () => {
    const ended = AbortSignal.abort();
    await expect(run(`say({ kind: 'progress', done: 1 });`, { signal: ended })).rejects.toThrow('stopped');
    expect(heard).toEqual([]);
    const begun = progress();
    const running = run(`say({ kind: 'progress', done: 1 }); stay();`);
    await begun;
    stop.abort();
    await expect(running).rejects.toThrow('stopped');
  });

  it('is given up when it takes too long, whatever it says', async () => {
    const begun = progress();
    const running = run(`say({ kind: 'progress', done: 1 }); stay();`, {
      patience: { clock, ms: 1_000, of: 'everything' },
    });
    await begun;
    const failed = expect(running).rejects.toThrow('late');
    await clock.advance(1_000);
    await failed;
  });

  it('may take long as long as it speaks', async () => {
    const script = `let done = 0; parentPort.on('message', () => say({ kind: 'progress', done: ++done })); say({ kind: 'progress', done });`;
    let answer: (value: unknown) => void = () => {};
    let begun = progress();
    const running = run(script, {
      patience: { clock, ms: 1_000, of: 'silence' },
      hear: (message, reply) => {
        answer = reply;
        return read(message);
      },
    });
    const failed = expect(running).rejects.toThrow('late');
    for (let round = 0; round < 3; round++) {
      await begun;
      await clock.advance(600);
      begun = progress();
      answer('go on');
    }
    await begun;
    expect(heard).toHaveLength(4);
    await clock.advance(1_000);
    await failed;
  });
});
