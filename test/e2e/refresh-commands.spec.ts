import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { smallGuide } from '../builders/small-guide.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';
import { runCommand } from '../fakes/command-line.js';
import { createListHost, type ListHost } from '../fakes/list-host.js';

const NOW = Math.floor(Date.now() / 3_600_000) * 3600;
const FIVE = { channels: 5, hours: 30, from: NOW };

function list(...names: string[]): string {
  const entries = names.map(
    (name) => `#EXTINF:-1 group-title="TV",${name}\nhttp://tv.invalid/${name.replaceAll(' ', '-')}\n`,
  );
  return `#EXTM3U\n${entries.join('')}`;
}

describeOnEveryDialect('refreshing on the command line', (store) => {
  let house: AdminHouse;
  let host: ListHost;

  beforeAll(async () => {
    house = await AdminHouse.open(store);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    host = await createListHost();
  });
  afterEach(() => host.close());

  it('previews, refreshes and undoes a guide', async () => {
    host.put('/g.xml', smallGuide(FIVE));
    const { id } = JSON.parse(
      await rooftop('guides', 'add', `${host.url}/g.xml`, '--allow-private', '--json'),
    ) as { id: number };
    const guide = String(id);
    await expect(rooftop('guides', 'undo', guide)).rejects.toMatchObject({ code: 'conflict' });
    expect(await rooftop('guides', 'refresh', guide)).toContain('5 channels');
    host.put('/g.xml', smallGuide({ ...FIVE, channels: 6 }).replace('Channel 5', 'Kanal 5'));
    const preview = await rooftop('guides', 'preview', guide);
    expect(preview).toMatch(/Channel 6|ch6/);
    expect(preview).toMatch(/Channel 5.*Kanal 5/);
    expect(await channelCount(id)).toBe(5);
    const { results } = JSON.parse(await rooftop('guides', 'refresh', guide, '--json')) as {
      results: object[];
    };
    expect(results).toMatchObject([{ sourceId: id, status: 'ok', channels: 6 }]);
    expect(await channelCount(id)).toBe(6);
    expect(await rooftop('guides', 'undo', guide)).toBe(`guide ${id} serves what it served before\n`);
    expect(await servedChannels(id)).toBe(5);
    await rooftop('guides', 'undo', guide);
    expect(await servedChannels(id)).toBe(6);
  });

  it('reads at once what a list names as its guide', async () => {
    const url = host.put('/named.xml', smallGuide(FIVE));
    host.put('/named.m3u', `#EXTM3U url-tvg="${url}"\n${list('Epsilon').slice('#EXTM3U\n'.length)}`);
    const { id } = JSON.parse(
      await rooftop('sources', 'add', `${host.url}/named.m3u`, '--allow-private', '--json'),
    ) as { id: number };
    await rooftop('sources', 'refresh', String(id));
    await rooftop('guides', 'refresh', '--all');
    const guides = JSON.parse(await rooftop('guides', 'list', '--json')) as {
      url: string;
      channelCount: number;
    }[];
    expect(guides.find((guide) => guide.url === url)).toMatchObject({ channelCount: 5 });
    await rooftop('sources', 'remove', String(id));
  });

  it('previews and undoes a list', async () => {
    host.put('/l.m3u', list('Alpha', 'Beta', 'Gamma'));
    const { id } = JSON.parse(
      await rooftop('sources', 'add', `${host.url}/l.m3u`, '--allow-private', '--json'),
    ) as { id: number };
    await rooftop('sources', 'refresh', String(id));
    expect(await names()).toEqual(['Alpha', 'Beta', 'Gamma']);
    host.put('/l.m3u', list('Alpha', 'Beta', 'Delta'));
    const preview = await rooftop('sources', 'preview', String(id));
    expect(preview).toContain('+ Delta (TV)');
    expect(preview).toMatch(/1 channels dropped\n +- Gamma/);
    expect(await names()).toEqual(['Alpha', 'Beta', 'Gamma']);
    await rooftop('sources', 'refresh', String(id));
    expect(await names()).toEqual(['Alpha', 'Beta', 'Delta']);
    expect(await rooftop('sources', 'undo', String(id))).toMatch(new RegExp(`^list ${id} is as before: `));
    expect(await names()).toEqual(['Alpha', 'Beta', 'Gamma']);
    await rooftop('sources', 'undo', String(id));
    expect(await names()).toEqual(['Alpha', 'Beta', 'Delta']);
  });

  async function names(): Promise<string[]> {
    const rows: { name: string }[] = await house.house.database.read.query(
      'SELECT name FROM channels WHERE retired_at IS NULL ORDER BY name',
    );
    return rows.map(({ name }) => name);
  }

  async function channelCount(id: number): Promise<number> {
    const guides = JSON.parse(await rooftop('guides', 'list', '--json')) as {
      id: number;
      channelCount: number;
    }[];
    return guides.find((guide) => guide.id === id)?.channelCount ?? 0;
  }

  /** Guide channels that are served now. */
  async function servedChannels(id: number): Promise<number> {
    const rows: { n: unknown }[] = await house.house.database.read.query(
      'SELECT count(*) AS n FROM guide_listings l JOIN guide_sources s ON s.generation = l.generation ' +
        `WHERE s.id = ${id}`,
    );
    return Number(rows[0]?.n);
  }

  const rooftop = async (...args: string[]): Promise<string> => (await runCommand(house, ...args)).out;
});
