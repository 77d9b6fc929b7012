import type { ImportChannel, ImportSource } from '../channels/import-set.js';
import { fingerprint } from '../core/lists/locator.js';
import { parseList } from '../core/lists/parse-list.js';
import { describeReason, type FoundEntry, type ListLimits, type ListProblem } from '../core/lists/types.js';
import { groupAlternates, type ChannelCandidate } from '../core/match/alternates.js';
import type { Grouping, ListFilters, ListType } from './list-source.entity.js';

export interface ReadListOptions {
  listSourceId: number;
  type: ListType;
  contentType: string;
  grouping: Grouping;
  filters: ListFilters;
  limits?: Partial<ListLimits>;
}

export interface ListSummary {
  /** Entries the list tries to name. */
  found: number;
  /** Entries that became no source: refused, repeated, filtered out, films and episodes. */
  skipped: number;
  /** Sources brought in. */
  streams: number;
  problems: { line: number; reason: string }[];
  guideUrls: string[];
  /** Why the list as a whole cannot be used; null = it can. */
  refusal: string | null;
}

export interface ReadChannels extends ListSummary {
  channels: ImportChannel[];
}

const NO_GROUP = 'Other';

/** Bytes of a list → channels ready for the import. Pure; large lists belong in the worker. */
export function readList(bytes: Uint8Array, options: ReadListOptions): ReadChannels {
  const { type, contentType } = options;
  const list = parseList(bytes, { type, contentType, ...(options.limits ? { limits: options.limits } : {}) });
  const isWanted = compileFilters(options.filters);
  const live = list.entries.filter((entry) => entry.kind === 'live');
  const wanted = live.filter(isWanted);
  const candidates = groupAlternates(wanted, { by: options.grouping });
  const channels = candidates.map((candidate) => toChannel(candidate, options));
  const streams = channels.reduce((sum, { sources }) => sum + sources.length, 0);
  return {
    channels,
    found: list.counts.found,
    skipped: list.counts.found - streams,
    streams,
    problems: problemsOf(list.problems, list.entries, live.length - wanted.length),
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
  entries: readonly FoundEntry[],
  filtered: number,
): ListSummary['problems'] {
  const told = problems.map(({ line, reason, name }) => ({
    line,
    reason: name === null ? describeReason(reason) : `${describeReason(reason)}: ${name}`,
  }));
  for (const { kind, line, name } of entries) {
    if (kind !== 'live') {
      told.push({
        line,
        reason: `${kind === 'film' ? 'a film' : 'an episode'}, not a live channel: ${name}`,
      });
    }
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
