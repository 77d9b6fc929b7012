import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ScheduledProgramme } from '../../src/core/guide/page.js';
import { GuideSource } from '../../src/epg/guide-source.entity.js';
import { ProgrammesRepository } from '../../src/epg/programmes.repository.js';
import type { Database } from '../../src/platform/database/database.js';
import { storeGuide } from '../builders/stored-guide.js';
import { describeOnEveryDialect } from '../contract/dialects.js';

const HOUR = 3600;
/** Midnight, UTC. */
const MIDNIGHT = 1_773_532_800;

function hourly(from: number, count: number, title: string): ScheduledProgramme[] {
  return Array.from({ length: count }, (_, at) => ({
    start: from + at * HOUR,
    stop: from + (at + 1) * HOUR,
    titles: [{ text: `${title} ${at}`, lang: 'ru' }],
    categories: [{ text: 'Новости' }],
  }));
}

describeOnEveryDialect('stored programmes', (store) => {
  let database: Database;
  let programmes: ProgrammesRepository;
  let one: number;
  let two: number;
  let sourceId: number;
  const first = hourly(MIDNIGHT - 6 * HOUR, 60, 'Один');

  beforeAll(async () => {
    database = await store.open();
    programmes = new ProgrammesRepository(database);
    const night = { start: MIDNIGHT - 2 * HOUR, stop: MIDNIGHT + 9 * HOUR, titles: [{ text: 'Night' }] };
    const stored = await storeGuide(database, [
      { xmltvId: 'one.ru', names: ['Один', 'One'], icons: ['http://icons.invalid/1.png'], programmes: first },
      { xmltvId: 'two & three', programmes: [night] },
      { xmltvId: 'empty', programmes: [] },
    ]);
    sourceId = stored.sourceId;
    [one = 0, two = 0] = stored.channelIds;
  });
  afterAll(() => database.close());

  const titles = async (id: number, from: number, to: number): Promise<string[]> =>
    ((await programmes.programmes([id], from, to)).get(id) ?? []).map(({ titles: [title] }) => title!.text);

  it('come back as they were, in order, across days', async () => {
    const found = await programmes.programmes([one], MIDNIGHT - 6 * HOUR, MIDNIGHT + 54 * HOUR);
    expect(found.get(one)).toEqual(first);
  });

  it('are those that run within the window, its end excluded', async () => {
    expect(await titles(one, MIDNIGHT, MIDNIGHT + 2 * HOUR)).toEqual(['Один 6', 'Один 7']);
    expect(await titles(one, MIDNIGHT + 1, MIDNIGHT + 2)).toEqual(['Один 6']);
    expect(await titles(one, MIDNIGHT + 54 * HOUR, MIDNIGHT + 99 * HOUR)).toEqual([]);
    expect(await titles(two, MIDNIGHT + 8 * HOUR, MIDNIGHT + 30 * HOUR)).toEqual(['Night']);
    expect(await titles(two, MIDNIGHT + 9 * HOUR, MIDNIGHT + 30 * HOUR)).toEqual([]);
  });

  it('answer for every channel that is asked for', async () => {
    const found = await programmes.programmes([one, 999_999, two], MIDNIGHT, MIDNIGHT + HOUR);
    expect([...found].map(([id, list]) => [id, list.length])).toEqual([
      [one, 1],
      [999_999, 0],
      [two, 1],
    ]);
  });

  it('name the channels that are served', async () => {
    const [channel, ...others] = await programmes.servedChannels(sourceId);
    expect(channel).toEqual({
      id: one,
      sourceId,
      xmltvId: 'one.ru',
      names: [{ text: 'Один' }, { text: 'One' }],
      icons: ['http://icons.invalid/1.png'],
      numbers: [],
      programmeCount: 60,
      firstStart: MIDNIGHT - 6 * HOUR,
      lastStop: MIDNIGHT + 54 * HOUR,
    });
    expect(others.map(({ xmltvId, programmeCount }) => [xmltvId, programmeCount])).toEqual([
      ['two & three', 1],
      ['empty', 0],
    ]);
  });

  it('are only those of the generation that serves', async () => {
    await database.write('retract', (manager) =>
      manager.update(GuideSource, { id: sourceId }, { generation: null }),
    );
    expect(await titles(one, MIDNIGHT, MIDNIGHT + 2 * HOUR)).toEqual([]);
    expect(await programmes.servedChannels()).toEqual([]);
  });
});
