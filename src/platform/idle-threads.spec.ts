import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { BroadcastChannel, Worker } from 'node:worker_threads';
import { FakeClock } from '../../test/fakes/fake-clock.js';
import { GIVING_WAY } from './give-way.js';
import { IdleThreads } from './idle-threads.js';
import { Lifecycle } from './lifecycle.js';
import { SilentLogger } from './logging/logger.js';
import { linuxPolicy, type ThreadPolicy, type ThreadTimes } from './thread-policy.js';

const IDLE = 'idle';
const ORDINARY = 'ordinary';

/** A system whose threads run and wait as a test says. */
class PretendedThreads implements ThreadPolicy {
  readonly policies = new Map<number, 'idle' | 'ordinary'>();
  readonly threads = new Map<number, ThreadTimes>();
  canSet = true;
  asked = 0;

  set(thread: number, policy: 'idle' | 'ordinary'): Promise<boolean> {
    if (this.canSet) this.policies.set(thread, policy);
    return Promise.resolve(this.canSet);
  }

  times(thread: number): Promise<ThreadTimes | undefined> {
    this.asked++;
    const times = this.threads.get(thread);
    return Promise.resolve(times && { ...times });
  }

  pass(thread: number, ran: number, waited: number): void {
    const times = this.threads.get(thread) ?? { ran: 0, waited: 0 };
    this.threads.set(thread, { ran: times.ran + ran, waited: times.waited + waited });
  }
}

describe('threads in the background', () => {
  let system: PretendedThreads;
  let clock: FakeClock;
  let lifecycle: Lifecycle;
  let idle: IdleThreads;

  beforeEach(() => {
    system = new PretendedThreads();
    clock = new FakeClock();
    lifecycle = new Lifecycle(new SilentLogger());
    idle = new IdleThreads(system, clock, lifecycle, new SilentLogger());
    system.pass(7, 1, 0);
    system.pass(8, 1, 0);
  });
  afterEach(() => lifecycle.shutdown());

  it('run when nobody else wants a processor', async () => {
    await idle.add(7);
    expect(system.policies.get(7)).toBe(IDLE);
  });

  it('have their share again when they hardly run any more, each for itself', async () => {
    await idle.add(7);
    await idle.add(8);
    system.pass(7, 20, 970);
    system.pass(8, 300, 690);
    await clock.advance(1_000);
    expect([...system.policies]).toEqual([
      [7, ORDINARY],
      [8, IDLE],
    ]);
    system.pass(8, 10, 950);
    await clock.advance(1_000);
    expect(system.policies.get(8)).toBe(ORDINARY);
    expect(clock.pendingTimers).toBe(0);
  });

  it('stay idle while they wait for something else than a processor', async () => {
    await idle.add(7);
    await clock.advance(1_000);
    system.pass(7, 0, 30);
    await clock.advance(1_000);
    expect(system.policies.get(7)).toBe(IDLE);
  });

  it('are looked at only while there are any', async () => {
    await idle.add(7);
    system.threads.delete(7);
    await clock.advance(1_000);
    expect(clock.pendingTimers).toBe(0);
    const { asked } = system;
    await clock.advance(5_000);
    expect(system.asked).toBe(asked);
    await idle.add(8);
    system.pass(8, 0, 1_000);
    await clock.advance(1_000);
    expect(system.policies.get(8)).toBe(ORDINARY);
  });

  it('keep their lower priority where the system knows no more', async () => {
    await idle.add(99);
    system.canSet = false;
    await idle.add(7);
    expect(system.policies.size).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('are heard of, numbers only, until the server ends', async () => {
    idle.listen();
    const channel = new BroadcastChannel(GIVING_WAY);
    const heard = new BroadcastChannel(GIVING_WAY);
    const all = new Promise((resolve) => (heard.onmessage = ({ data }) => data === 8 && resolve(data)));
    for (const said of ['7', null, 8]) channel.postMessage(said);
    await all;
    await lifecycle.shutdown();
    expect([...system.policies.keys()]).toEqual([8]);
    channel.close();
    heard.close();
  });
});

(process.platform === 'linux' ? describe : describe.skip)('the policy of a thread of this process', () => {
  it('is set and taken back, and its times grow', async () => {
    const script = `
      const { parentPort } = require('node:worker_threads');
      const { readlinkSync } = require('node:fs');
      parentPort.on('message', () => {
        for (const until = performance.now() + 5; performance.now() < until;);
        parentPort.postMessage(Number(readlinkSync('/proc/thread-self').split('/').at(-1)));
      });`;
    const worker = new Worker(script, { eval: true });
    const work = async (): Promise<number> => {
      worker.postMessage('work');
      return ((await once(worker, 'message')) as [number])[0];
    };
    const thread = await work();
    const before = await linuxPolicy.times(thread);
    expect(await linuxPolicy.set(thread, 'idle')).toBe(true);
    expect(await policyOf(thread)).toBe(5);
    await work();
    const after = await linuxPolicy.times(thread);
    expect(after?.ran ?? 0).toBeGreaterThan((before?.ran ?? 0) + 1);
    expect(await linuxPolicy.set(thread, 'ordinary')).toBe(true);
    expect(await policyOf(thread)).toBe(0);
    await worker.terminate();
    expect(await linuxPolicy.times(thread)).toBeUndefined();
    expect(await linuxPolicy.set(thread, 'idle')).toBe(false);
  });
});

/** sched(7): 0 SCHED_OTHER, 5 SCHED_IDLE. The 41st of what proc(5) tells, two of which stand before the name's end. */
async function policyOf(thread: number): Promise<number> {
  const stat = await readFile(`/proc/self/task/${thread}/stat`, 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38]);
}
