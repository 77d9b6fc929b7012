import { createHash } from 'node:crypto';
import { readListTitle } from '../core/films/list-title.js';
import { titleKey } from '../core/films/title-key.js';
import { fingerprint } from '../core/lists/locator.js';
import type { FoundEntry } from '../core/lists/types.js';
import { qualityRank, readName } from '../core/match/normalise.js';
import type { ListedEpisode, ListedFilm } from './listed-film.js';

/** "Series/Lost", "Сериалы | Кухня". */
const GROUP_PARTS = /\s*[/|»>\\]\s*/u;
const CONTAINER = /\.([a-z0-9]{2,5})$/i;

/** Films and episodes of a list, one for each address. What cannot be had from a web server is told apart. */
export function readFilms(
  entries: readonly FoundEntry[],
  thisYear: number,
): { films: ListedFilm[]; unplayable: FoundEntry[]; repeats: number } {
  const films = new Map<string, ListedFilm>();
  const unplayable: FoundEntry[] = [];
  let repeats = 0;
  for (const entry of entries) {
    if (entry.locator.kind !== 'http' && entry.locator.kind !== 'hls') {
      unplayable.push(entry);
      continue;
    }
    const film = toListedFilm(entry, thisYear);
    if (films.has(film.key)) repeats++;
    else films.set(film.key, film);
  }
  return { films: [...films.values()], unplayable, repeats };
}

function toListedFilm(entry: FoundEntry, thisYear: number): ListedFilm {
  const { name, group, locator, logo, durationSeconds, isAdult, userAgent, headers } = entry;
  const episode = episodeOf(entry, thisYear);
  const named = readListTitle(episode === null ? name : (entry.episodeTitle ?? ''), thisYear);
  return {
    key: createHash('sha256').update(fingerprint(locator)).digest('hex').slice(0, 32),
    title: named.title,
    originalTitle: episode === null ? named.originalTitle : '',
    year: episode === null ? named.year : null,
    ageLimit: named.ageLimit,
    ...{ durationSeconds, isAdult, userAgent, headers, label: name, locator: locator.locator },
    pictureUrl: logo ?? '',
    container: containerOf(entry),
    group: episode === null ? group : groupOfEpisodes(group, episode),
    priority: qualityRank(readName(name).quality),
    episode,
  };
}

function episodeOf(entry: FoundEntry, thisYear: number): ListedEpisode | null {
  const { series, season, episode, group, episodeTitle } = entry;
  if (season === null || episode === null) return null;
  const written = series ?? group?.split(GROUP_PARTS).at(-1) ?? episodeTitle ?? entry.name;
  const { title, year } = readListTitle(written, thisYear);
  return { seriesTitle: title, seriesYear: year, season, number: episode };
}

/** Lists that give every series a group of its own would make hundreds of categories. */
function groupOfEpisodes(group: string | null, { seriesTitle }: ListedEpisode): string | null {
  const first = group?.split(GROUP_PARTS)[0] ?? '';
  if (first === '') return null;
  const key = titleKey(first);
  const title = titleKey(seriesTitle);
  return title !== '' && (key === title || key.endsWith(` ${title}`)) ? null : first;
}

function containerOf({ locator }: FoundEntry): string {
  if (locator.kind === 'hls') return 'm3u8';
  const { pathname } = new URL(locator.locator);
  return CONTAINER.exec(pathname)?.[1]?.toLowerCase() ?? '';
}
