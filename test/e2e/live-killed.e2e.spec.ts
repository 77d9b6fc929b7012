import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contentIdOf } from '../fakes/engine-simulator/catalogue.js';
import { createSim, type EngineSimulator } from '../fakes/engine-simulator/engine-simulator.js';
import { createListHost, type ListHost } from '../fakes/list-host.js';
import { StreamReader } from '../fakes/stream-reader.js';
import { RooftopHouse } from './rooftop-process.js';

describe('a server that is killed while it streams', () => {
  let house: RooftopHouse;
  let engine: EngineSimulator;
  let lists: ListHost;

  beforeAll(async () => {
    engine = await createSim({ contents: [{ name: 'One' }, { name: 'Two' }] });
    lists = await createListHost();
    house = await RooftopHouse.make({ ROOFTOP_ACESTREAM_ENGINES: engine.url });
    await house.start();
  }, 60_000);

  afterAll(async () => {
    await house.demolish();
    await engine.close();
    await lists.close();
  });

  it('leaves nothing on the engines once it is back, and stops nothing else', async () => {
    await house.json('users', 'add', 'ana', '--password', 'ana-secret');
    const entries = ['One', 'Two'].map((name) => `#EXTINF:-1,${name}\nacestream://${contentIdOf(name)}`);
    const list = lists.put('/list.m3u', `#EXTM3U\n${entries.join('\n')}\n`);
    const { id } = await house.json<{ id: number }>('sources', 'add', list);
    await house.json('sources', 'refresh', String(id));
    const channels = await house.json<{ id: number }[]>('channels', 'list');
    for (const channel of channels) {
      const reader = await StreamReader.open(`${house.url}/live/ana/ana-secret/${channel.id}.ts`);
      await reader.atLeast(100_000);
    }
    expect(engine.control.openSessions()).toHaveLength(2);
    await house.stop('SIGKILL');
    const foreign = await fetch(`${engine.url}/ace/getstream?id=${contentIdOf('Two')}&format=json&pid=other`);
    expect(await foreign.json()).toMatchObject({ error: null });
    await house.start();
    await engine.until(({ control }) => control.openSessions().length === 1);
    expect(engine.control.openSessions()).toMatchObject([{ content: 'Two', pid: 'other' }]);
    expect(engine.metrics.stopsDone).toBe(1);
    expect(await house.stop()).toBe(0);
    expect(() => engine.assertInvariants({ allow: { leaked: 1, supersededBySelf: 1 } })).not.toThrow();
  }, 60_000);
});
