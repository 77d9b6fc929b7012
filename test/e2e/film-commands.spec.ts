import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { smallGuide, xmltvStamp } from '../builders/small-guide.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';
import { runCommand, type Said } from '../fakes/command-line.js';
import { createListHost, type ListHost } from '../fakes/list-host.js';
import { createTmdbHost, type TmdbHost } from '../fakes/tmdb-host.js';

const HOUR = 3600;
const NOW = Math.floor(Date.now() / 1000 / HOUR) * HOUR;

interface ToldFilm {
  id: number;
  title: string;
  state: string;
  tmdb: { status: string; id: number | null; reasons: string[]; facts: { title: string } | null };
  airings: { channel: string; start: string }[];
}

/** A guide of one channel with these titles, two hours each, marked as films. */
function filmGuide(titles: readonly string[]): string {
  const guide = smallGuide({ channels: 1, hours: 1, from: NOW });
  const shows = titles.map((title, at) => {
    const start = NOW + (at + 1) * 2 * HOUR;
    return `<programme start="${xmltvStamp(start)}" stop="${xmltvStamp(start + 2 * HOUR)}" channel="ch1"><title>${title}</title><category>Movie</category></programme>`;
  });
  return guide.replace('</tv>', `${shows.join('')}</tv>`);
}

describeOnEveryDialect('films on the command line', (store) => {
  let house: AdminHouse;
  let host: ListHost;
  let tmdb: TmdbHost;

  beforeAll(async () => {
    host = await createListHost();
    tmdb = await createTmdbHost({
      films: [
        { id: 949, originalTitle: 'Heat', year: 1995, minutes: 110, votes: 9000 },
        { id: 11, originalTitle: 'Solaris', year: 1972, minutes: 115, votes: 60 },
        { id: 12, originalTitle: 'Solaris', year: 2002, minutes: 110, votes: 60 },
      ],
    });
    house = await AdminHouse.open(store, {
      tmdb: { key: 'key', baseUrl: `${tmdb.url}/3`, imageBaseUrl: `${tmdb.url}/t/p`, languages: ['en-US'] },
    });
    host.put('/l.m3u', '#EXTM3U\n#EXTINF:-1 tvg-id="ch1",Channel 1\nhttp://tv.invalid/1\n');
    host.put('/g.xml', filmGuide(['Heat', 'Solaris', 'Nobody Knows This']));
    await rooftop('sources', 'add', `${host.url}/l.m3u`, '--allow-private');
    await rooftop('guides', 'add', `${host.url}/g.xml`, '--allow-private');
  });
  afterAll(async () => {
    await house.close();
    await host.close();
    await tmdb.close();
  });

  it('goes step by step, and says in a trial what each would do', async () => {
    const trial = await rooftop('films', 'fetch', '--dry-run');
    expect(trial).toContain('would read 2 lists, guides and feeds');
    expect(await rooftop('films', 'fetch')).toMatch(/list 1 .*: ok, 1 entries[^]*guide 1 .*: ok, 1 channels/);
    expect(await rooftop('films', 'filter', '--dry-run')).toMatch(
      /3 films are new.*nothing was written[^]*\+ Heat/,
    );
    expect((await told('list')).total).toBe(0);
    expect(await rooftop('films', 'filter')).toMatch(/3 films are new/);
    expect(await rooftop('films', 'enrich', '--dry-run')).toContain('TMDB would be asked about 3 films');
    expect(tmdb.requests.all).toEqual([]);
    const enrich = await rooftop('films', 'enrich');
    expect(enrich).toMatch(/enrich: (?=.*1 match)(?=.*1 ambiguous)(?=.*1 none)/);
    expect(enrich).toContain('This product uses the TMDB API but is not endorsed or certified by TMDB.');
    expect((await told('list')).films).toMatchObject([
      { title: 'Heat', state: 'film', tmdb: { status: 'match', id: 949 } },
      { title: 'Nobody Knows This', tmdb: { status: 'none', id: null } },
      { title: 'Solaris', tmdb: { status: 'ambiguous', id: null } },
    ]);
  });

  it('does all steps at once, and finds nothing to do the second time', async () => {
    const before = tmdb.requests.all.length;
    const { steps } = JSON.parse(await rooftop('films', 'run-all', '--json')) as { steps: object[] };
    expect(steps).toMatchObject([
      { step: 'fetch', read: [{ what: 'list', status: 'unchanged' }, { status: 'unchanged' }] },
      { step: 'filter', newFilms: 0, airings: 3 },
      { step: 'enrich', due: 0, jobs: { due: 0, failed: 0 } },
    ]);
    expect(tmdb.requests.all.length).toBe(before);
  });

  it('shows what TMDB offers, takes a choice, and keeps it over every run until it is taken back', async () => {
    const id = await idOf('Solaris');
    const shown = await rooftop('films', 'show', id);
    expect(shown).toMatch(/tmdb +ambiguous, score 0\.\d\d \(same-title, year-unknown/);
    expect(shown).toMatch(/11 {2}0\.\d\d {2}Solaris \(1972\): same-title/);
    expect(await rooftop('films', 'match', id, '12')).toContain('manual, TMDB 12; TMDB has told about it');
    await steps();
    expect(await film(id)).toMatchObject({ tmdb: { status: 'manual', id: 12, reasons: ['chosen'] } });
    expect(await rooftop('films', 'undo', id)).toContain('ambiguous');

    expect(await rooftop('films', 'match', id, '404')).toContain('TMDB knows no such film');
    await rooftop('films', 'undo', id);
    expect(await rooftop('films', 'reject', id)).toBe(`film ${id} is no film\n`);
    await steps();
    expect(await film(id)).toMatchObject({ state: 'rejected', airings: [], decision: 'not-a-film' });
    await rooftop('films', 'undo', id);
    await steps();
    expect(await film(id)).toMatchObject({
      state: 'film',
      decision: null,
      airings: [{ channel: 'Channel 1' }],
    });
  });

  it('edits and hides a film, and writes down who did what', async () => {
    const id = await idOf('Heat');
    await rooftop('films', 'set', id, '--title', 'Heat!', '--hide');
    await steps();
    expect(await film(id)).toMatchObject({ title: 'Heat!', isHidden: true, editedFields: ['title'] });
    expect((await told('list', '--hidden')).films).toMatchObject([{ title: 'Heat!' }]);
    await rooftop('films', 'set', id, '--show');
    const log = await house.ask('get', `/api/admin/audit?entity=film&entityId=${id}`);
    expect(log.body.items).toMatchObject([
      { action: 'change', username: 'command line', changes: { isHidden: { from: true, to: false } } },
      { action: 'change', changes: { title: { from: 'Heat', to: 'Heat!' } } },
    ]);
    await expect(rooftop('films', 'set', id, '--title', ' ')).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('exports every film with its airings as one document', async () => {
    const { films, total } = JSON.parse(await rooftop('films', 'export', '--json')) as {
      films: ToldFilm[];
      total: number;
    };
    expect(total).toBe(3);
    expect(films.find(({ title }) => title === 'Heat!')).toMatchObject({
      tmdb: { id: 949, facts: { title: 'Heat' } },
      airings: [{ channel: 'Channel 1', start: new Date((NOW + 2 * HOUR) * 1000).toISOString() }],
    });
  });

  it('tells what went wrong: a place that fails, a film that is not there', async () => {
    host.put('/l.m3u', '<html>no list</html>');
    const said = await run('films', 'fetch', '--only', 'lists');
    expect(said).toMatchObject({ exitCode: 6, out: expect.stringMatching(/list 1 .*: stale \(/) });
    await expect(rooftop('films', 'show', '499')).rejects.toMatchObject({ code: 'not_found' });
    await expect(rooftop('films', 'match', '499', '1')).rejects.toMatchObject({ code: 'not_found' });
    await expect(rooftop('films', 'show', 'x')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  /** What a running server does by itself. */
  const steps = async (): Promise<void> => {
    await rooftop('films', 'filter');
    await rooftop('films', 'enrich');
  };
  const run = (...args: string[]): Promise<Said> => runCommand(house, ...args);
  const rooftop = async (...args: string[]): Promise<string> => (await run(...args)).out;
  const told = async (...args: string[]): Promise<{ total: number; films: ToldFilm[] }> =>
    JSON.parse(await rooftop('films', ...args, '--json')) as { total: number; films: ToldFilm[] };
  const film = async (id: string): Promise<unknown> =>
    JSON.parse(await rooftop('films', 'show', id, '--json')) as unknown;
  const idOf = async (title: string): Promise<string> =>
    String((await told('list')).films.find((each) => each.title === title)?.id);
});
