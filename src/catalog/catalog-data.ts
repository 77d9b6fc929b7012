import { categoryName, presentCategory } from '../core/xtream/present-categories.js';
import type { CategoryRow } from '../core/xtream/present-categories.js';
import { presentLive } from '../core/xtream/present-live.js';
import type { LiveChannel } from '../core/xtream/present-live.js';
import { ByteCollector } from './byte-collector.js';
import type { Collected } from './byte-collector.js';
import type { CatalogCategory, CatalogGuides, CatalogSource } from './catalog-source.js';
import { withGuideIds } from './guide-ids.js';
import type { Slicer } from './slicer.js';

/** Ids of the categories a viewer may see; null = all. */
export type Allowed = readonly number[] | null;

/** Rooms for indices in one sort key: far more channels than memory would hold. */
const INDEX_ROOM = 2 ** 22;

/** One state of the records, with every row of `get_live_streams` already written. Never changes once made. */
export interface CatalogData {
  /** In the order of `num`, with the guide ids that every answer tells. */
  channels: readonly LiveChannel[];
  /** Id of a channel → its index in `channels`. */
  indexOf: ReadonlyMap<number, number>;
  /** In the order players show them. */
  categories: readonly CatalogCategory[];
  /** Category → indices into `channels`, ascending. */
  members: ReadonlyMap<number, readonly number[]>;
  /** The whole list as a JSON array. */
  rows: Collected;
  /** Start and end of row n in `rows` at 2n and 2n+1. */
  offsets: Uint32Array;
}

export async function loadCatalogData(
  source: CatalogSource,
  guides: Pick<CatalogGuides, 'linkTable'>,
  slicer: Slicer,
): Promise<CatalogData> {
  const known = await source.listCategories('live');
  const listed = await inOrder(await source.listVisible(), slicer);
  const channels = await withGuideIds(listed, await guides.linkTable(), slicer);
  const members = new Map<number, number[]>();
  const indexOf = new Map<number, number>();
  await slicer.each(channels, (channel, index) => {
    indexOf.set(channel.id, index);
    const list = members.get(channel.categoryId);
    if (list) list.push(index);
    else members.set(channel.categoryId, [index]);
  });
  const rows = await writeRows(channels, slicer);
  return { channels, indexOf, categories: shown(known, members), members, ...rows };
}

export function mayView(allowed: Allowed, categoryId: number): boolean {
  return allowed === null || allowed.includes(categoryId);
}

/** The channel, unless there is none or the viewer may not see it. */
export function visibleChannel(data: CatalogData, allowed: Allowed, id: number): LiveChannel | undefined {
  const channel = data.channels[data.indexOf.get(id) ?? -1];
  return channel !== undefined && mayView(allowed, channel.categoryId) ? channel : undefined;
}

/** The categories of a viewer that have channels: players show empty ones, and hide channels without one. */
export function visibleCategories(data: CatalogData, allowed: Allowed): CatalogCategory[] {
  return data.categories.filter((category) => mayView(allowed, category.id));
}

export function categoryRows(data: CatalogData, allowed: Allowed): CategoryRow[] {
  return visibleCategories(data, allowed).map(presentCategory);
}

/** Display names by category id. */
export function categoryNames(data: CatalogData): Map<number, string> {
  return new Map(data.categories.map((category) => [category.id, categoryName(category)]));
}

/** Indices into `channels` of what a viewer sees, ascending; null = all of them. */
export function visibleIndices(data: CatalogData, allowed: Allowed): readonly number[] | null {
  if (allowed === null) return null;
  const lists = [...new Set(allowed)].map((id) => data.members.get(id) ?? []);
  if (lists.length === 1) return lists[0] ?? [];
  return [...Uint32Array.from(lists.flat()).sort()];
}

/** The channels of a viewer in the order of `num`. */
export function* visibleChannels(data: CatalogData, allowed: Allowed): Generator<LiveChannel> {
  const indices = visibleIndices(data, allowed);
  if (indices === null) return yield* data.channels;
  for (const index of indices) {
    const channel = data.channels[index];
    if (channel) yield channel;
  }
}

/** Repositories deliver in order; where one does not, numbers are sorted natively, in a fraction of a slice. */
async function inOrder(channels: readonly LiveChannel[], slicer: Slicer): Promise<readonly LiveChannel[]> {
  const keys = new Float64Array(channels.length);
  let misplaced = 0;
  await slicer.each(channels, (channel, index) => {
    const key = channel.num * INDEX_ROOM + index;
    if (index > 0 && key < (keys[index - 1] ?? 0)) misplaced++;
    keys[index] = key;
  });
  if (misplaced === 0) return channels;
  keys.sort();
  const ordered: LiveChannel[] = [];
  await slicer.each(keys, (key) => {
    const channel = channels[key % INDEX_ROOM];
    if (channel) ordered.push(channel);
  });
  return ordered;
}

function shown(
  known: readonly CatalogCategory[],
  members: ReadonlyMap<number, readonly number[]>,
): CatalogCategory[] {
  const listed = known.filter((category) => members.has(category.id));
  const ids = new Set(listed.map((category) => category.id));
  // A category removed between the two reads: its channels stay findable until the next rebuild.
  const missing = [...members.keys()]
    .filter((id) => !ids.has(id))
    .map((id) => ({ id, name: 'Other', parentId: null, position: Number.MAX_SAFE_INTEGER }));
  return [...listed, ...missing].sort((a, b) => a.position - b.position || a.id - b.id);
}

async function writeRows(
  channels: readonly LiveChannel[],
  slicer: Slicer,
): Promise<Pick<CatalogData, 'rows' | 'offsets'>> {
  const out = new ByteCollector();
  const offsets = new Uint32Array(channels.length * 2);
  out.addText('[');
  await slicer.each(channels, (channel, index) => {
    if (index > 0) out.addText(',');
    offsets[index * 2] = out.length;
    out.addText(JSON.stringify(presentLive(channel)));
    offsets[index * 2 + 1] = out.length;
  });
  out.addText(']');
  return { rows: await out.finish(slicer), offsets };
}
