import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Database } from '../../src/platform/database/database.js';
import { JobQueue, JOB_DONE, type JobResult } from '../../src/platform/jobs/job-queue.js';
import { Job } from '../../src/platform/jobs/job.entity.js';
import { JobsRepository } from '../../src/platform/jobs/jobs.repository.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { TurnCounter } from '../builders/turn-counter.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { FakeClock, settle } from '../fakes/fake-clock.js';

describeOnEveryDialect('jobs', (store) => {
  let database: Database;
  let clock: FakeClock;
  let lifecycle: Lifecycle;
  let queue: JobQueue;
  let ran: string[];

  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.write('empty', (manager) => manager.query('DELETE FROM jobs'));
    clock = new FakeClock();
    ran = [];
    begin();
  });
  afterEach(() => lifecycle.shutdown());

  function begin(): void {
    const logger = new SilentLogger();
    lifecycle = new Lifecycle(logger);
    queue = new JobQueue(new JobsRepository(database), lifecycle, clock, logger);
  }

  function register(
    kind: string,
    result: (key: string, attempt: number) => JobResult | Promise<JobResult>,
  ): void {
    const attempts = new Map<string, number>();
    queue.register({
      kind,
      run: async ({ key }) => {
        const attempt = (attempts.get(key) ?? 0) + 1;
        attempts.set(key, attempt);
        ran.push(`${kind} ${key}`);
        return result(key, attempt);
      },
    });
  }

  /** The table is looked at every 15 s; a look that falls into a run of the one before is the next one's. */
  async function pass(ms: number): Promise<void> {
    await queue.idle();
    await clock.advance(ms);
    await queue.idle();
    queue.look();
    await queue.idle();
  }
  const rows = (): Promise<Job[]> => database.read.find(Job, { order: { id: 'ASC' } });

  it('lets others have their turn between two jobs, however quick they are', async () => {
    queue.register({
      kind: 'enrich',
      atOnce: 4,
      run: ({ key }) => {
        ran.push(key);
        return Promise.resolve(JOB_DONE);
      },
    });
    await queue.add(
      'enrich',
      Array.from({ length: 200 }, (_, index) => String(index)),
    );
    const counter = new TurnCounter();
    await queue.start();
    await queue.idle();
    expect(counter.stop()).toBeGreaterThanOrEqual(200);
    expect(ran).toHaveLength(200);
  });

  it('runs each once, in order, and forgets what is done', async () => {
    register('enrich', () => JOB_DONE);
    await queue.start();
    await queue.add('enrich', ['1', '2', '1', '3']);
    await queue.idle();
    await lifecycle.shutdown();

    expect(ran).toEqual(['enrich 1', 'enrich 2', 'enrich 3']);
    expect(await rows()).toEqual([]);
  });

  it('runs one that comes while its runner sees that nothing is due', async () => {
    const jobs = new JobsRepository(database);
    const claim = jobs.claim.bind(jobs);
    let comes: (() => Promise<void>) | undefined = () => queue.add('enrich', ['1']);
    jobs.claim = async (...of) => {
      const found = await claim(...of);
      const add = comes;
      comes = undefined;
      await add?.();
      return found;
    };
    queue = new JobQueue(jobs, lifecycle, clock, new SilentLogger());
    register('enrich', () => JOB_DONE);
    await queue.start();
    await queue.idle();
    expect(ran).toEqual(['enrich 1']);
  });

  it('tries again after a failure, later each time, and keeps the reason', async () => {
    register('enrich', (_, attempt) => {
      if (attempt < 3) throw new Error('no luck');
      return JOB_DONE;
    });
    await queue.start();
    await queue.add('enrich', ['1']);
    await queue.idle();
    await pass(61_000);
    expect(ran).toHaveLength(2);
    await pass(240_000);
    expect(ran).toHaveLength(2);
    await pass(75_000);
    expect(ran).toHaveLength(3);
    await lifecycle.shutdown();
    expect(await rows()).toEqual([]);
  });

  it('gives up in the end, and says so', async () => {
    register('enrich', () => {
      throw new Error('never');
    });
    await queue.start();
    await queue.add('enrich', ['1']);
    for (const minutes of [1, 5, 15, 60, 180, 360]) await pass(minutes * 60_000);
    expect(ran).toHaveLength(7);
    await pass(3_600_000);
    expect(ran).toHaveLength(7);
    await lifecycle.shutdown();
    expect(await rows()).toMatchObject([{ state: 'failed', error: 'never', attempts: 7 }]);
  });

  it('waits for the outside world without counting attempts', async () => {
    register('enrich', (_, attempt) =>
      attempt < 20 ? { kind: 'later', seconds: 60, reason: 'TMDB is down' } : JOB_DONE,
    );
    await queue.start();
    await queue.add('enrich', ['1']);
    for (let attempt = 1; attempt <= 20; attempt++) await pass(61_000);
    expect(ran).toHaveLength(20);
    await lifecycle.shutdown();
    expect(await rows()).toEqual([]);
  });

  it('survives the end of the server in the middle of a job', async () => {
    await database.write('as a killed server leaves it', (manager) =>
      manager.insert(Job, {
        kind: 'enrich',
        key: '7',
        payload: {},
        state: 'running',
        attempts: 1,
        runAfter: 1,
        createdAt: 1,
        updatedAt: 1,
      }),
    );
    register('enrich', () => JOB_DONE);
    await queue.start();
    await queue.idle();
    await lifecycle.shutdown();
    expect(ran).toEqual(['enrich 7']);
  });

  it('leaves a job that was asked for again while it ran', async () => {
    let again: (() => Promise<void>) | undefined = () => queue.add('find', ['all']);
    register('find', async () => {
      await clock.advance(2000);
      const ask = again;
      again = undefined;
      await ask?.();
      return JOB_DONE;
    });
    await queue.start();
    await queue.add('find', ['all']);
    await queue.idle();
    await lifecycle.shutdown();
    expect(ran).toEqual(['find all', 'find all']);
  });

  const left = (key: string, signedAt: number): Promise<unknown> =>
    database.write('as a killed process leaves it', (manager) =>
      manager.insert(Job, {
        ...{ kind: 'enrich', key, payload: {}, state: 'running', attempts: 1 },
        ...{ runAfter: 1, createdAt: 1, updatedAt: signedAt },
      }),
    );
  const nowSeconds = (): number => Math.floor(clock.now() / 1000);

  it('takes over a job whose process has been silent for a minute, and no other', async () => {
    register('enrich', () => JOB_DONE);
    await queue.start();
    await left('killed', nowSeconds() - 50);
    await left('alive', nowSeconds());
    await pass(15_000);
    while (ran.length === 0) await settle();
    await queue.idle();
    expect(ran).toEqual(['enrich killed']);
    await lifecycle.shutdown();
    expect(await rows()).toMatchObject([{ key: 'alive', state: 'running' }]);
  });

  it('keeps a long job from being taken by signs of life', async () => {
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    let tellBegun = (): void => {};
    const begun = new Promise<void>((resolve) => (tellBegun = resolve));
    register('enrich', async () => {
      tellBegun();
      await ended;
      return JOB_DONE;
    });
    await queue.add('enrich', ['1']);
    await queue.start();
    await begun;
    for (let quarter = 0; quarter < 8; quarter++) {
      await clock.advance(15_000);
      while ((await rows())[0]?.updatedAt !== nowSeconds()) await settle();
    }
    expect(await rows()).toMatchObject([{ state: 'running' }]);
    end();
    await queue.idle();
    await lifecycle.shutdown();
    expect(ran).toEqual(['enrich 1']);
    expect(await rows()).toEqual([]);
  });

  it('drains one kind beside others who work on it, each job once, and says what is left', async () => {
    const here: string[] = [];
    const handler = {
      kind: 'enrich',
      atOnce: 2,
      run: ({ key }: { key: string }): Promise<JobResult> => {
        here.push(key);
        return Promise.resolve(
          key === '3' ? { kind: 'later', seconds: 60, reason: 'TMDB is down' } : JOB_DONE,
        );
      },
    };
    await queue.add('enrich', ['1', '2', '3', '4']);
    await left('5', nowSeconds());
    const looks: number[] = [];
    const drained = queue.drain(handler, ({ running }) => looks.push(running));
    while (looks.length === 0) await settle();
    expect(here.toSorted()).toEqual(['1', '2', '3', '4']);
    await database.write('the other process has done it', (manager) => manager.delete(Job, { key: '5' }));
    await clock.advance(1_000);

    const runAfter = nowSeconds() + 59;
    expect(await drained).toEqual({
      ...{ due: 0, later: 1, running: 0, failed: 0, reason: 'TMDB is down' },
      nextDue: runAfter,
    });
    expect(looks).toEqual([1, 0]);
  });
});
