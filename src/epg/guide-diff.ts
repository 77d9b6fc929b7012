/** What a refresh would change, told to a person: the first of each, and how many there are. */
export interface GuideDiff {
  added: ChangedChannels;
  dropped: ChangedChannels;
  renamed: { total: number; first: { xmltvId: string; before: string; after: string }[] };
  programmesBefore: number;
  programmesAfter: number;
  /** Days (YYYY-MM-DD, UTC) on which the number of programmes differs. */
  days: { day: string; before: number; after: number }[];
}

export interface ChangedChannels {
  total: number;
  first: { xmltvId: string; name: string }[];
}

/** One side of the comparison. */
export interface GuideOutline {
  /** First display name by XMLTV id; the id where the guide gives no name. */
  names: ReadonlyMap<string, string>;
  /** Programmes by day since the epoch. */
  days: ReadonlyMap<number, number>;
}

const MAX_TOLD = 200;
const DAY_MS = 86_400_000;

export function compareGuides(before: GuideOutline, after: GuideOutline): GuideDiff {
  const added = channelsMissingIn(before, after);
  const dropped = channelsMissingIn(after, before);
  const renamed: GuideDiff['renamed']['first'] = [];
  for (const [xmltvId, name] of after.names) {
    const old = before.names.get(xmltvId);
    if (old !== undefined && old !== name) renamed.push({ xmltvId, before: old, after: name });
  }
  const days = [...new Set([...before.days.keys(), ...after.days.keys()])].sort((a, b) => a - b);
  return {
    added,
    dropped,
    renamed: { total: renamed.length, first: renamed.slice(0, MAX_TOLD) },
    programmesBefore: sum(before.days.values()),
    programmesAfter: sum(after.days.values()),
    days: days
      .map((day) => ({
        day: new Date(day * DAY_MS).toISOString().slice(0, 10),
        before: before.days.get(day) ?? 0,
        after: after.days.get(day) ?? 0,
      }))
      .filter((counts) => counts.before !== counts.after)
      .slice(0, MAX_TOLD),
  };
}

function channelsMissingIn(base: GuideOutline, other: GuideOutline): ChangedChannels {
  const missing = [...other.names].filter(([xmltvId]) => !base.names.has(xmltvId));
  return {
    total: missing.length,
    first: missing.slice(0, MAX_TOLD).map(([xmltvId, name]) => ({ xmltvId, name })),
  };
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
