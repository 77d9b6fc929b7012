// "Name S01E02 Title", "Name. Сезон 1. Серия 2", "Name T1 E2": which episode of which series an entry is.

export interface EpisodeName {
  /** What stands before the numbers; may be empty. */
  series: string;
  season: number;
  number: number;
  /** What stands behind them; may be empty. */
  title: string;
}

const SEASON =
  'сезон|season|staffel|saison|temporada|temp\\.?|stagione|sezon|seizoen|série|series|säsong|sæson|sesong';
const EPISODE =
  'сери[яи]|эпизод|выпуск|серія|episode|episodes|ep\\.?|folge|épisode|episodio|capítulo|capitulo|cap\\.?|puntata|odcinek|aflevering|avsnitt|afsnit|bölüm';
const NUMBER = '\\s*[#№:.]?\\s*(\\d{1,4})';
/** "1-й", "1ª", "1.": of a number before its word. */
const ORDINAL = '(?:-?(?:й|я|ый|ая|е)|ª|º|\\.|e|er|ère|ème)?\\s*';
const GAP = '[\\s.,:;|/·–—-]{0,5}';
const ENDS = '(?![\\p{L}\\p{N}])';
const BEGINS = '(?<![\\p{L}\\p{N}])';

/** With both numbers; nobody writes these about anything but an episode. */
const NUMBERED: readonly RegExp[] = [
  new RegExp(`${BEGINS}s(\\d{1,4})[\\s._-]{0,3}ep?[\\s._-]?(\\d{1,4})${ENDS}`, 'iu'),
  new RegExp(`${BEGINS}s(\\d{1,4})[\\s._-]{0,3}ep?(\\d{1,4})(?=[-+]?e\\d)`, 'iu'),
  new RegExp(`${BEGINS}(\\d{1,2})x(\\d{2,3})${ENDS}`, 'iu'),
  new RegExp(`${BEGINS}T(\\d{1,3})[\\s._-]{0,3}E[Pp]?[\\s._-]?(\\d{1,4})${ENDS}`, 'u'),
  new RegExp(`${BEGINS}(?:${SEASON})${NUMBER}${ORDINAL}${GAP}(?:${EPISODE})${NUMBER}${ENDS}`, 'iu'),
  new RegExp(
    `${BEGINS}(\\d{1,3})${ORDINAL}(?:${SEASON})${GAP}(\\d{1,4})${ORDINAL}(?:${EPISODE})${ENDS}`,
    'iu',
  ),
  new RegExp(
    `${BEGINS}(?:${SEASON})${NUMBER}${ORDINAL}${GAP}(\\d{1,4})${ORDINAL}(?:${EPISODE})${ENDS}`,
    'iu',
  ),
  new RegExp(`${BEGINS}(\\d{1,3})${ORDINAL}(?:${SEASON})${GAP}(?:${EPISODE})${NUMBER}${ENDS}`, 'iu'),
];

/** The number of the episode alone: "Серия 5", "5-я серия", "E05". Films have such names too ("Episode 1"). */
const LONE: readonly RegExp[] = [
  new RegExp(`${BEGINS}(?:${EPISODE})${NUMBER}${ENDS}`, 'iu'),
  new RegExp(`${BEGINS}(\\d{1,4})${ORDINAL}(?:${EPISODE})${ENDS}`, 'iu'),
  new RegExp(`${BEGINS}E(\\d{2,4})${ENDS}`, 'u'),
];
const LONE_SEASON = new RegExp(
  `${BEGINS}(?:(?:${SEASON})${NUMBER}|(\\d{1,3})${ORDINAL}(?:${SEASON})|S(\\d{1,3}))${ENDS}`,
  'iu',
);
const MAY_BE_NUMBERED = /\d/;
/** "S01E01E02", "S01E01-E02": the first counts. */
const FURTHER = /^(?:\s?[-+]?\s?e?\d{1,4}(?![\p{L}\p{N}]))+/iu;
const EDGES = /^[\s\-–—|:;,./·)\]]+|[\s\-–—|:;,./·([]+$/gu;

/**
 * null = the name tells no episode. `isEpisode`: something else has said already that it is one, then its number is enough;
 * `group` may tell the season, else it is the first.
 */
export function readEpisodeName(
  name: string,
  { isEpisode = false, group = null }: { isEpisode?: boolean; group?: string | null } = {},
): EpisodeName | null {
  if (!MAY_BE_NUMBERED.test(name)) return null;
  for (const pattern of NUMBERED) {
    const found = pattern.exec(name);
    if (found) return episodeAt(name, found, Number(found[1]), Number(found[2]));
  }
  if (!isEpisode) return null;
  for (const pattern of LONE) {
    const found = pattern.exec(name);
    if (found) return episodeAt(name, found, seasonOf(group) ?? 1, Number(found[1]));
  }
  return null;
}

/** "Season 2", "2 сезон" or "S02" in the name of a group. */
function seasonOf(group: string | null): number | null {
  const found = group === null ? null : LONE_SEASON.exec(group);
  return found ? Number(found[1] ?? found[2] ?? found[3]) : null;
}

function episodeAt(name: string, found: RegExpExecArray, season: number, number: number): EpisodeName {
  const series = name.slice(0, found.index).replace(EDGES, '');
  const rest = name.slice(found.index + found[0].length);
  const title = (/^\s?[-+]?\s?e\d/i.test(rest) ? rest.replace(FURTHER, '') : rest).replace(EDGES, '');
  return { series, season, number, title };
}
