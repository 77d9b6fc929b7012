// What a stream link of a page is called, and under which heading it stands.
import type { Element } from 'domhandler';
import { collapse, parentOf } from './html-dom.js';
import type { Page, PageBlock, PageLink, PageRow } from './html-page.js';
import { bitrateIn, isTelling, withoutLeadingGeneric } from './html-words.js';

/** How sure a name is: its own label, its row or block, the title before it, the page, nothing. */
export type NameSource = 'label' | 'beside' | 'title' | 'page' | 'none';

export interface NamedLink {
  link: PageLink;
  name: string;
  source: NameSource;
  group: string | null;
  language: string | null;
}

interface Draft extends NamedLink {
  title: PageBlock | null;
  bitrate: string | null;
}

/** What the cells of a row say; worked out once for all its links. */
interface RowFacts {
  name: string | null;
  group: string | null;
  language: string | null;
  bitrate: string | null;
}

const MAX_TITLE = 120;
/** How many texts back a title is looked for, and how many elements up it may stand. */
const LOOK_BACK = 16;
const NEAR = 4;
const FAR = 8;
const HEADING_TAG = /^(?:h[2-6]|caption|legend|summary|dt|figcaption)\./;
const HEADING_CLASS =
  /[.\-_](?:titles?|headings?|head|header|caption|category|groups?|league|competition)(?=[.\-_]|$)/i;
const NAME_COLUMN = /name|channel|canal|канал|назван|event|match|nombre|titel|title|emission|program/i;
const LANGUAGE_COLUMN = /lang|idioma|язык|sprache|lingua|langue/i;
const GROUP_COLUMN = /categor|group|genre|раздел|группа|sport|liga|league/i;
/** Labels on more links than this, and on more than half of them, name none. */
const REPEATED = 3;
const NO_FACTS: RowFacts = { name: null, group: null, language: null, bitrate: null };

/** Names every link of a page; the order stays. */
export function nameLinks(page: Page): NamedLink[] {
  const isRepeated = repeatedTexts(page.links);
  const facts = new Map<PageRow, RowFacts>();
  const titles = page.blocks.map((block) => !block.hasLinks && isName(block.text));
  const heading = withoutLeadingGeneric(page.heading === '' ? shortTitle(page.title) : page.heading);
  const pageName = isTelling(heading) ? heading : null;
  const drafts = page.links.map((link): Draft => {
    const row = link.row === null ? NO_FACTS : factsOf(link.row, facts);
    const title = titleBefore(page.blocks, titles, link);
    const rest = {
      link,
      group: row.group,
      language: row.language,
      bitrate: bitrateIn(link.label) ?? row.bitrate,
      title,
    };
    const own = ownName(link, row, isRepeated);
    if (own !== null) return { ...rest, ...own };
    if (title !== null) return { ...rest, name: title.text, source: 'title' };
    return { ...rest, name: pageName ?? '', source: pageName === null ? 'none' : 'page' };
  });
  giveGroups(page.blocks, titles, drafts);
  addDetails(drafts);
  return drafts;
}

function ownName(
  link: PageLink,
  row: RowFacts,
  isRepeated: (text: string) => boolean,
): { name: string; source: NameSource } | null {
  for (const text of [collapse(link.label), ...link.hints]) {
    if (isName(text) && !isRepeated(text)) return { name: text, source: 'label' };
  }
  const beside = link.beside.replace(/^[\s:|–—-]+|[\s:|–—-]+$/gu, '');
  if (isName(beside) && !isRepeated(beside)) return { name: beside, source: 'beside' };
  return row.name === null ? null : { name: row.name, source: 'beside' };
}

function isName(text: string): boolean {
  return text.length <= MAX_TITLE && isTelling(text);
}

function repeatedTexts(links: readonly PageLink[]): (text: string) => boolean {
  const counts = new Map<string, number>();
  for (const link of links) {
    for (const text of new Set([collapse(link.label), link.beside, ...link.hints])) {
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  return (text) => {
    const count = counts.get(text) ?? 0;
    return count > REPEATED && count * 2 > links.length;
  };
}

function factsOf(row: PageRow, known: Map<PageRow, RowFacts>): RowFacts {
  const earlier = known.get(row);
  if (earlier !== undefined) return earlier;
  const texts = row.cells.map(({ text }) => collapse(text));
  const under = (header: RegExp): string | null => {
    const text = texts[row.table.headers.findIndex((title) => header.test(title))];
    return text !== undefined && isName(text) ? text : null;
  };
  const isNameCell = (text: string, at: number): boolean =>
    isName(text) && bitrateIn(text) === null && !LANGUAGE_COLUMN.test(row.table.headers[at] ?? '');
  const flag = row.cells.flatMap(({ flags }) => flags).find((text) => /^\p{L}[\p{L} -]{2,30}$/u.test(text));
  const facts = {
    name: under(NAME_COLUMN) ?? texts.find(isNameCell) ?? null,
    group: under(GROUP_COLUMN),
    language: under(LANGUAGE_COLUMN) ?? flag ?? null,
    bitrate: texts.map(bitrateIn).find((bitrate) => bitrate !== null) ?? null,
  };
  known.set(row, facts);
  return facts;
}

/** The nearest text before the link that can be its title: any text close by, a heading also from further up. */
function titleBefore(
  blocks: readonly PageBlock[],
  titles: readonly boolean[],
  link: PageLink,
): PageBlock | null {
  const end = indexBefore(blocks, link.order);
  for (let at = end; at >= 0 && at > end - LOOK_BACK; at--) {
    const block = blocks[at];
    if (block === undefined || titles[at] !== true) continue;
    if (distanceUp(link, block) <= (isHeading(block) ? FAR : NEAR)) return block;
  }
  return null;
}

/** Position of the last block before an order number; blocks are sorted by it. */
function indexBefore(blocks: readonly PageBlock[], order: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blocks[middle]?.order ?? 0) < order) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Steps from a link up to the first element that also holds the block; Infinity beyond `FAR`. */
function distanceUp(link: PageLink, block: PageBlock): number {
  if (block.depth > link.depth + 2 * FAR) return Infinity;
  let up: Element | null = link.element;
  let other: Element | null = block.element;
  let otherDepth = block.depth;
  for (let steps = 0; steps <= FAR && up !== null; steps++, up = parentOf(up)) {
    for (; other !== null && otherDepth > link.depth - steps; otherDepth--) other = parentOf(other);
    if (other === up) return steps;
  }
  return Infinity;
}

function isHeading(block: PageBlock): boolean {
  return HEADING_TAG.test(block.signature) || HEADING_CLASS.test(block.signature);
}

/**
 * Links named by a title stand in the group whose heading usually comes right before such titles; all others under the
 * nearest heading. One heading for the whole page says nothing and is left out.
 */
function giveGroups(blocks: readonly PageBlock[], titles: readonly boolean[], drafts: Draft[]): void {
  const signature = groupSignature(blocks, titles, drafts);
  const headings = lastOf(blocks, titles, isHeading);
  const groups = lastOf(blocks, titles, (block) => block.signature === signature);
  for (const draft of drafts) {
    if (draft.group !== null) continue;
    if (draft.source === 'title' && draft.title !== null) {
      draft.group = groups[indexBefore(blocks, draft.title.order)]?.text ?? null;
    } else {
      const nearest = headings[indexBefore(blocks, draft.link.order)] ?? null;
      draft.group = nearest?.text === draft.name ? null : (nearest?.text ?? null);
    }
  }
  if (new Set(drafts.map(({ group }) => group)).size < 2) for (const draft of drafts) draft.group = null;
}

/** For every position the nearest block up to it that fits. */
function lastOf(
  blocks: readonly PageBlock[],
  titles: readonly boolean[],
  fits: (block: PageBlock) => boolean,
): (PageBlock | null)[] {
  let last: PageBlock | null = null;
  return blocks.map((block, at) => (last = titles[at] === true && fits(block) ? block : last));
}

function groupSignature(
  blocks: readonly PageBlock[],
  titles: readonly boolean[],
  drafts: readonly Draft[],
): string | null {
  const used = new Set(drafts.filter(({ source }) => source === 'title').map(({ title }) => title));
  const votes = new Map<string, number>();
  for (const title of used) {
    if (title === null) continue;
    const at = indexBefore(blocks, title.order);
    const previous = blocks[at];
    if (previous === undefined || titles[at] !== true || previous.signature === title.signature) continue;
    votes.set(previous.signature, (votes.get(previous.signature) ?? 0) + 1);
  }
  const [best] = [...votes].sort((a, b) => b[1] - a[1]);
  // A single vote is chance.
  return best !== undefined && best[1] > 1 ? best[0] : null;
}

/** Links that would all be called alike say language and bitrate, where the page gives them. */
function addDetails(drafts: Draft[]): void {
  const counts = new Map<string, number>();
  for (const { name } of drafts) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const draft of drafts) {
    if ((counts.get(draft.name) ?? 0) < 2 || draft.name === '') continue;
    // A name of its own needs no language: that would only part the alternates of one channel.
    const details = [draft.source === 'beside' ? null : draft.language, draft.bitrate].filter(
      (text) => text !== null,
    );
    if (details.length > 0) draft.name += ` (${details.join(', ')})`;
  }
}

/** A page's title up to the first sign that begins the site's own words. */
function shortTitle(title: string): string {
  return title.split(/\s[|·•]\s|\.\s/)[0] ?? title;
}
