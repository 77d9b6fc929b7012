import type { ImportChannel, ImportSource } from '../channels/import-set.js';
import { fingerprint } from '../core/lists/locator.js';
import { parseList } from '../core/lists/parse-list.js';
import { describeReason, type FoundEntry, type ListLimits, type ListProblem } from '../core/lists/types.js';
import { groupAlternates, type ChannelCandidate } from '../core/match/alternates.js';
import type { Grouping, ListFilters, ListType } from './list-source.entity.js';
import type { ListedFilm } from './listed-film.js';
import { readFilms } from './read-films.js';

export interface ReadListOptions {
  listSourceId: number;
  type: ListType;
  contentType: string;
  grouping: Grouping;
  filters: ListFilters;
  /** What a number behind the name of a film may mean depends on it. */
  thisYear: number;
  limits?: Partial<ListLimits>;
}

export interface ListSummary {
  /** Entries the list tries to name. */
  found: number;
  /** Entries that became neither a source of a channel nor a film or an episode: refused, repeated, filtered out. */
  skipped: number;
  /** Sources of channels. */
  streams: number;
  films: number;
  episodes: number;
  problems: { line: number; reason: string }[];
  guideUrls: string[];
  /** Why the list as a whole cannot be used; null = it can. */
  refusal: string | null;
}

export interface ReadList extends ListSummary {
  channels: ImportChannel[];
  listedFilms: ListedFilm[];
}

const NO_GROUP = 'Other';

/** Bytes of a list → channels, films and episodes ready for the import. Pure; large lists belong in the worker. */
export function readList(bytes: Uint8Array, options: ReadListOptions): ReadList {
  const { type, contentType } = options;
  const list = parseList(bytes, { type, contentType, ...(options.limits ? { limits: options.limits } : {}) });
  const isWanted = compileFilters(options.filters);
  const wanted = list.entries.filter(isWanted);
  const candidates = groupAlternates(
    wanted.filter(({ kind }) => kind === 'live'),
    { by: options.grouping },
  );
  const channels = candidates.map((candidate) => toChannel(candidate, options));
  const streams = channels.reduce((sum, { sources }) => sum + sources.length, 0);
  const { films, unplayable } = readFilms(
    wanted.filter(({ kind }) => kind !== 'live'),
    options.thisYear,
  );
  const episodes = films.filter(({ episode }) => episode !== null).length;
  return {
    channels,
    listedFilms: films,
    found: list.counts.found,
    skipped: list.counts.found - streams - films.length,
    streams,
    films: films.length - episodes,
    episodes,
    problems: problemsOf(list.problems, unplayable, list.entries.length - wanted.length),
    guideUrls: list.guideUrls,
    refusal:
      list.counts.imported === 0
        ? list.problems[0]
          ? describeReason(list.problems[0].reason)
          : 'the list names no stream'
        : null,
  };
}

function problemsOf(
  problems: readonly ListProblem[],
  unplayable: readonly FoundEntry[],
  filtered: number,
): ListSummary['problems'] {
  const told = problems.map(({ line, reason, name }) => ({
    line,
    reason: name === null ? describeReason(reason) : `${describeReason(reason)}: ${name}`,
  }));
  for (const { kind, line, name } of unplayable) {
    const what = kind === 'film' ? 'a film' : 'an episode';
    told.push({ line, reason: `${what} that does not lie on a web server: ${name}` });
  }
  if (filtered > 0) {
    told.push({ line: 0, reason: `${filtered} entries were left out by the filters of this list` });
  }
  return told;
}

function compileFilters(filters: ListFilters): (entry: FoundEntry) => boolean {
  const pattern = (text: string | undefined): RegExp | null =>
    text === undefined || text === '' ? null : new RegExp(text, 'iu');
  const rules = [
    { field: 'group', include: pattern(filters.includeGroup), exclude: pattern(filters.excludeGroup) },
    { field: 'name', include: pattern(filters.includeName), exclude: pattern(filters.excludeName) },
  ] as const;
  return (entry) =>
    rules.every(({ field, include, exclude }) => {
      const text = entry[field] ?? '';
      return (include?.test(text) ?? true) && !exclude?.test(text);
    });
}

function toChannel(candidate: ChannelCandidate, options: ReadListOptions): ImportChannel {
  // Without grouping every list has channels of its own, even where another one names the same address.
  const isolated = options.grouping === 'url' ? `list:${options.listSourceId}:` : '';
  return {
    identityKey: `${isolated}${candidate.key}`,
    otherKeys: isolated ? [] : candidate.otherKeys,
    name: candidate.name,
    group: candidate.group ?? NO_GROUP,
    logo: candidate.logo ?? '',
    tvgId: candidate.tvgId ?? '',
    ...shiftOf(candidate),
    num: candidate.number,
    isAdult: candidate.isAdult,
    sources: candidate.sources.map(toSource),
  };
}

/** Hours may have fractions, the guide knows minutes. */
function shiftOf({ guideShiftHours }: ChannelCandidate): Pick<ImportChannel, 'guideShiftMinutes'> {
  return guideShiftHours === null ? {} : { guideShiftMinutes: Math.round(guideShiftHours * 60) };
}

function toSource(entry: FoundEntry): ImportSource {
  return {
    kind: entry.locator.kind,
    locator: entry.locator.locator,
    fingerprint: fingerprint(entry.locator),
    label: entry.name,
    userAgent: entry.userAgent,
    headers: entry.headers,
  };
}
