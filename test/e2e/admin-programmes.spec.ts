import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type {
  ChannelProgrammesDto,
  FoundProgrammesDto,
  ProgrammeGridDto,
} from '../../src/faces/admin/dto/programmes.dto.js';
import { ChannelGuide } from '../../src/epg/channel-guide.entity.js';
import { GuideLink } from '../../src/epg/guide-link.entity.js';
import { touch } from '../../src/platform/database/database.js';
import { storeChannels } from '../builders/stored-channel.js';
import { storeGuide } from '../builders/stored-guide.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';

const HOUR = 3600;
const DAY = 86_400;

describeOnEveryDialect('programmes over the API', (store) => {
  let house: AdminHouse;
  let [one, two]: [number, number] = [0, 0];
  let midnight = 0;

  beforeAll(async () => {
    house = await AdminHouse.open(store);
    midnight = Math.floor(Date.now() / 1000 / DAY) * DAY;
    [one = 0, two = 0] = await storeChannels(house.house.database, [{ name: 'Uno' }, { name: 'Dos' }]);
    const hours = Array.from({ length: 48 }, (_, hour) => hour);
    const guide = await storeGuide(house.house.database, [
      {
        xmltvId: 'uno.es',
        programmes: hours.map((hour) => ({
          start: midnight + hour * HOUR,
          stop: midnight + (hour + 1) * HOUR,
          titles: [{ text: `Música ${hour}` }],
          ...(hour === 30 ? { subTitles: [{ text: 'La Última Noche' }] } : {}),
        })),
      },
      {
        xmltvId: 'dos.es',
        programmes: [{ start: midnight, stop: midnight + 2 * HOUR, titles: [{ text: 'MUSICA, maestro' }] }],
      },
    ]);
    await house.house.database.write('test', async (manager) => {
      for (const [index, channelId] of [one, two].entries()) {
        await manager.save(
          manager.create(GuideLink, {
            ...{ channelId, guideChannelId: guide.channelIds[index] ?? 0, position: 0, origin: 'manual' },
            ...{ score: 90, reason: '', shiftMinutes: 0, createdAt: midnight },
          }),
        );
      }
      for (const channelId of [one, two]) {
        await manager.save(
          manager.create(ChannelGuide, { channelId, mode: 'manual', shiftMinutes: 0, placeholder: null }),
        );
      }
      await touch(manager, 'guide');
    });
    await house.house.changes.check();
  });
  afterAll(() => house.close());

  const ask = async <T>(path: string): Promise<[number, T]> => {
    const answer = await house.ask('get', `/api/admin/guide${path}`).send();
    return [answer.status, answer.body as T];
  };
  const at = (hour: number): string =>
    encodeURIComponent(new Date((midnight + hour * HOUR) * 1000).toISOString());
  const found = async (query: string): Promise<string> => {
    const [status, body] = await ask<FoundProgrammesDto>(`/search?${query}`);
    expect(status).toBe(200);
    return body.items
      .map((item) => `${item.channel.name}: ${item.programme.title}`)
      .concat(body.hasMore ? ['…'] : [])
      .join(' | ');
  };

  it('as a grid', async () => {
    const [status, body] = await ask<ProgrammeGridDto>(`/grid?from=${at(1)}&hours=2`);
    expect([status, body.total]).toEqual([200, 2]);
    expect(body.items.map((item) => [item.channel.name, item.programmes.map((p) => p.title)])).toEqual([
      ['Uno', ['Música 1', 'Música 2']],
      ['Dos', ['MUSICA, maestro']],
    ]);
    expect(body.items[1]?.programmes[0]).toMatchObject({ start: body.from.replace('T01', 'T00') });
    const [, paged] = await ask<ProgrammeGridDto>(`/grid?from=${at(1)}&hours=2&perPage=1&page=2`);
    expect(paged.items.map((item) => item.channel.name)).toEqual(['Dos']);
  });

  it('of one channel on one day', async () => {
    const day = new Date((midnight + DAY) * 1000).toISOString().slice(0, 10);
    const [status, body] = await ask<ChannelProgrammesDto>(`/channels/${one}?day=${day}`);
    expect(status).toBe(200);
    expect(body.programmes.map((p) => p.title)).toEqual(
      Array.from({ length: 24 }, (_, hour) => `Música ${hour + 24}`),
    );
    expect((await ask(`/channels/999999`))[0]).toBe(404);
  });

  it('by words, whatever their case and accents', async () => {
    expect(await found('search=musica&perPage=2')).toBe('Uno: Música 0 | Uno: Música 1 | …');
    expect(await found('search=M%C3%9ASICA&perPage=48&page=2')).toBe('Dos: MUSICA, maestro');
    expect(await found(`search=musica&channelId=${two}`)).toBe('Dos: MUSICA, maestro');
    expect(await found('search=ultima%20noche')).toBe('Uno: Música 30');
    expect(await found('search=nothing%20of%20that')).toBe('');
    const day = new Date(midnight * 1000).toISOString().slice(0, 10);
    expect(await found(`search=ultima&day=${day}`)).toBe('');
  });

  it.each([
    '/search',
    '/search?search=x',
    '/grid?hours=99',
    '/grid?from=yesterday',
    '/search?search=xx&day=soon',
  ])('refuses %s', async (path) => {
    expect((await ask(path))[0]).toBe(400);
  });
});
