// Several addresses of one channel → one candidate with ordered sources.
import { createHash } from 'node:crypto';
import { aceStreamId, fingerprint } from '../lists/locator.js';
import type { EntryKind, FoundEntry } from '../lists/types.js';
import { isMixedScript } from './compare-text.js';
import { namesAgree } from './name-agreement.js';
import type { NameContext, NameParts } from './normalise.js';
import { normaliseId, qualityRank, readName } from './normalise.js';

export interface ChannelCandidate {
  /**
   * Stable from one refresh to the next: of the guide id where there is one, else of the name; of the address for films,
   * episodes and `by: 'url'`. Holds no address in the clear.
   */
  key: string;
  /** Keys this channel would have had without its guide id, so that one gained or lost later is not a new channel. */
  otherKeys: string[];
  kind: EntryKind;
  /** The name all alternates give, else the most frequent one without quality. */
  name: string;
  group: string | null;
  logo: string | null;
  tvgId: string | null;
  /** Hours to add to the times of that guide channel, as the entry says that names it. */
  guideShiftHours: number | null;
  number: number | null;
  isRadio: boolean;
  isAdult: boolean;
  /** Best picture first, as far as the names tell; otherwise the order of the list. */
  sources: FoundEntry[];
  /** Entries left out because an earlier entry has the same address. */
  repeats: number;
}

export interface GroupOptions {
  by: 'tvg-id-then-name' | 'url';
}

/** One entry with what its name says. */
interface Read {
  entry: FoundEntry;
  order: number;
  name: NameParts;
  idKey: string | null;
}

interface Group {
  key: string;
  otherKeys: string[];
  members: Read[];
}

const NO_ID = /^(?:0|-+|-1|none|null|nil|n\/?a|no ?epg|undefined|unknown|epg|tvg-id|id)$/i;
const MAX_OTHER_KEYS = 8;

/** A guide id that stands for more names than this says nothing, and the names decide alone. */
const MAX_NAMES_OF_ID = 32;

/**
 * One address is one source, and stays with the first name it has. Live entries are alternates of one channel when their
 * guide ids are equal (but for quality), the numbers in their names are the same and the names agree (`namesAgree`):
 * "Sport 1" and "Sport 2", "X" and "X +1", "WDR Aachen" and "WDR Bonn" stay apart under one id. Entries without a guide id
 * are alternates when their normal forms are equal; they join the channel with an id when exactly one has their name. Names
 * tagged for different countries ("[ES]", "[DE]") stay apart; an untagged one joins the tagged only while there is a single
 * tag. Radio never joins television. Films and episodes are not grouped.
 */
export function groupAlternates(entries: readonly FoundEntry[], options: GroupOptions): ChannelCandidate[] {
  const { firsts, repeats } = firstsByAddress(entries);
  const tails = new Set(firsts.map((entry) => aceStreamId(entry.locator)?.slice(-3) ?? ''));
  const isTail = (hex: string): boolean => tails.has(hex);
  const groups: Group[] = [];
  const live: Read[] = [];
  firsts.forEach((entry, order) => {
    const read = readEntry(entry, order, isTail);
    if (entry.kind === 'live' && options.by !== 'url') live.push(read);
    else groups.push({ key: addressKey(entry), members: [read], otherKeys: [] });
  });
  groups.push(...groupLive(live));
  return groups
    .map((group) => ({ group, order: firstOrder(group) }))
    .sort((a, b) => a.order - b.order)
    .map(({ group }) => candidateOf(group, repeats, options.by));
}

function firstsByAddress(entries: readonly FoundEntry[]): {
  firsts: FoundEntry[];
  repeats: Map<FoundEntry, number>;
} {
  const byAddress = new Map<string, FoundEntry>();
  const repeats = new Map<FoundEntry, number>();
  for (const entry of entries) {
    const address = fingerprint(entry.locator);
    const first = byAddress.get(address);
    if (first === undefined) byAddress.set(address, entry);
    else repeats.set(first, (repeats.get(first) ?? 0) + 1);
  }
  return { firsts: [...byAddress.values()], repeats };
}

function readEntry(entry: FoundEntry, order: number, isTail: NameContext['isTail']): Read {
  const id = aceStreamId(entry.locator);
  const name = readName(entry.name, id === null ? undefined : { ownTail: id.slice(-6), isTail });
  const tvgId = entry.tvgId === null || NO_ID.test(entry.tvgId) ? null : entry.tvgId;
  // "Azteca.mx@SD": a feed of the same channel.
  const idKey = tvgId === null ? '' : normaliseId(tvgId.replace(/@[\w-]+$/, ''));
  return { entry, order, name, idKey: idKey === '' ? null : idKey };
}

function groupLive(reads: readonly Read[]): Group[] {
  const withId = collect(
    reads.filter(({ idKey }) => idKey !== null),
    idKeyOf,
  ).flatMap(splitByName);
  const byName = new Map<string, Group[]>();
  for (const group of withId) {
    for (const name of new Set(group.members.map(nameKey))) append(byName, name, group);
  }
  const alone: Group[] = [];
  for (const group of collect(
    reads.filter(({ idKey }) => idKey === null),
    nameKey,
  )) {
    const [home, ...others] = byName.get(group.key) ?? [];
    if (home === undefined || others.length > 0) alone.push(group);
    else for (const member of group.members) home.members.push(member);
  }
  return [...withId, ...alone].flatMap(splitByCountry);
}

function collect(reads: readonly Read[], keyOf: (read: Read) => string): Group[] {
  const groups = new Map<string, Group>();
  for (const read of reads) {
    const key = keyOf(read);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { key, otherKeys: [], members: [read] });
    else group.members.push(read);
  }
  return [...groups.values()];
}

/** One group of a guide id → one for each channel its names mean. */
function splitByName(group: Group): Group[] {
  const spellings = collect(group.members, nameKey);
  if (spellings.length === 1) return [group];
  const clusters: Group[] = [];
  for (const spelling of spellings) {
    const tokens = spelling.members[0]?.name.tokens ?? [];
    const home =
      spellings.length > MAX_NAMES_OF_ID
        ? undefined
        : clusters.find(({ members }) => namesAgree(members[0]?.name.tokens ?? [], tokens));
    if (home === undefined) clusters.push(spelling);
    else for (const member of spelling.members) home.members.push(member);
  }
  if (clusters.length === 1) return [{ ...group, members: clusters[0]?.members ?? group.members }];
  return clusters.map((cluster, at) => ({
    ...cluster,
    key: `${group.key}=${cluster.key.slice('name:'.length)}`,
    // The first had the id for itself before the list put others under it.
    otherKeys: at === 0 ? [group.key] : [],
  }));
}

/** Apart only where two countries are named; a lone tag says nothing against the untagged. */
function splitByCountry(group: Group): Group[] {
  const countries = new Set(group.members.map(({ name }) => name.country));
  const named = [...countries].filter((country) => country !== null);
  if (named.length === 0) return [group];
  if (named.length === 1) {
    return [countries.has(null) ? group : { ...group, key: `${group.key}@${named[0] ?? ''}` }];
  }
  return [...countries].map((country) => ({
    key: country === null ? group.key : `${group.key}@${country}`,
    otherKeys: [],
    members: group.members.filter(({ name }) => name.country === country),
  }));
}

function idKeyOf(read: Read): string {
  const numbers = read.name.numbers === '' ? '' : `#${read.name.numbers}`;
  return `id:${read.idKey ?? ''}${numbers}${radioMark(read)}`;
}

/** Names of signs alone ("***") have no normal form and are compared as they are. */
function nameKey(read: Read): string {
  const { key } = read.name;
  return `name:${key === '' ? read.entry.name.toLowerCase() : key}${radioMark(read)}`;
}

function firstOrder({ members }: Group): number {
  return members.reduce((least, { order }) => Math.min(least, order), Number.MAX_SAFE_INTEGER);
}

function radioMark({ entry }: Read): string {
  return entry.isRadio ? '~radio' : '';
}

function addressKey(entry: FoundEntry): string {
  const digest = createHash('sha256').update(fingerprint(entry.locator)).digest('hex').slice(0, 24);
  return `${entry.kind === 'live' ? 'url' : entry.kind}:${digest}`;
}

function candidateOf(
  group: Group,
  repeats: ReadonlyMap<FoundEntry, number>,
  by: GroupOptions['by'],
): ChannelCandidate {
  const inOrder = [...group.members].sort((a, b) => a.order - b.order);
  const sources = [...inOrder].sort((a, b) => qualityRank(a.name.quality) - qualityRank(b.name.quality));
  const first = <T>(pick: (entry: FoundEntry) => T | null): T | null => {
    for (const { entry } of inOrder) {
      const value = pick(entry);
      if (value !== null) return value;
    }
    return null;
  };
  const guide = inOrder.find(({ entry }) => entry.tvgId !== null) ?? inOrder[0];
  const isGrouped = group.key.startsWith('id:') || group.key.startsWith('name:');
  const country = /@[A-Z]+$/.exec(group.key)?.[0] ?? '';
  const names = isGrouped ? new Set(inOrder.map((read) => nameKey(read) + country)) : [];
  const otherKeys = [...group.otherKeys, ...names].filter((key) => key !== group.key);
  return {
    key: group.key,
    otherKeys: otherKeys.slice(0, MAX_OTHER_KEYS),
    kind: inOrder[0]?.entry.kind ?? 'live',
    name: by === 'url' || !isGrouped ? (inOrder[0]?.entry.name ?? '') : bestName(inOrder),
    group: first((entry) => entry.group),
    logo: first((entry) => entry.logo),
    tvgId: guide?.entry.tvgId ?? null,
    guideShiftHours: guide?.entry.guideShiftHours ?? null,
    number: first((entry) => entry.number),
    isRadio: inOrder.some(({ entry }) => entry.isRadio),
    isAdult: inOrder.some(({ entry }) => entry.isAdult),
    sources: sources.map(({ entry }) => entry),
    repeats: inOrder.reduce((sum, { entry }) => sum + (repeats.get(entry) ?? 0), 0),
  };
}

function bestName(members: readonly Read[]): string {
  const titles = new Set(members.map(({ name }) => name.title));
  if (titles.size === 1) return members[0]?.name.title ?? '';
  const votes = new Map<string, number>();
  for (const { name } of members) votes.set(name.display, (votes.get(name.display) ?? 0) + 1);
  let best = '';
  let most = 0;
  for (const [display, count] of votes) {
    // Between equals the spelling in one script is the better one.
    const weight = count * 2 - (display.toLowerCase().split(' ').some(isMixedScript) ? 1 : 0);
    if (weight <= most) continue;
    best = display;
    most = weight;
  }
  // The display drops the country; where all agree on one, it tells this channel from its namesakes.
  const country = members[0]?.name.country ?? null;
  const isTagged = country !== null && members.every(({ name }) => name.country === country);
  return isTagged ? `${best} [${country}]` : best;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
