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

/** Names every link of a page; the order stays. */
export function nameLinks(page: Page): NamedLink[] {
  const isRepeated = repeatedTexts(page.links);
  const named = page.links.map((link): NamedLink & { title: PageBlock | null } => {
    const own = ownName(link, isRepeated);
    const title = titleBefore(page.blocks, link);
    const base = { link, group: columnOf(link.row, GROUP_COLUMN), language: languageOf(link), title };
    if (own !== null) return { ...base, ...own };
    if (title !== null) return { ...base, name: title.text, source: 'title' };
    const heading = withoutLeadingGeneric(page.heading === '' ? shortTitle(page.title) : page.heading);
    return isTelling(heading)
      ? { ...base, name: heading, source: 'page' }
      : { ...base, name: '', source: 'none' };
  });
  giveGroups(page.blocks, named);
  addDetails(named);
  return named.map(({ link, name, source, group, language }) => ({ link, name, source, group, language }));
}

function ownName(
  link: PageLink,
  isRepeated: (text: string) => boolean,
): { name: string; source: NameSource } | null {
  for (const text of [collapse(link.label), ...link.hints]) {
    if (isName(text) && !isRepeated(text)) return { name: text, source: 'label' };
  }
  const beside = link.beside.replace(/^[\s:|–—-]+|[\s:|–—-]+$/gu, '');
  if (isName(beside) && !isRepeated(beside)) return { name: beside, source: 'beside' };
  const cell = columnOf(link.row, NAME_COLUMN) ?? firstTelling(link.row);
  return cell === null ? null : { name: cell, source: 'beside' };
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

/** The cell under the header that fits, if it tells something. */
function columnOf(row: PageRow | null, header: RegExp): string | null {
  if (row === null) return null;
  const at = row.table.headers.findIndex((text) => header.test(text));
  const text = collapse(row.cells[at]?.text ?? '');
  return isName(text) ? text : null;
}

function firstTelling(row: PageRow | null): string | null {
  if (row === null) return null;
  const headers = row.table.headers;
  for (const [at, cell] of row.cells.entries()) {
    const text = collapse(cell.text);
    if (isName(text) && bitrateIn(text) === null && !LANGUAGE_COLUMN.test(headers[at] ?? '')) return text;
  }
  return null;
}

/** The nearest text before the link that can be its title: any text close by, a heading also from further up. */
function titleBefore(blocks: readonly PageBlock[], link: PageLink): PageBlock | null {
  const end = indexBefore(blocks, link.order);
  for (let at = end; at >= 0 && at > end - LOOK_BACK; at--) {
    const block = blocks[at];
    if (block === undefined || block.hasLinks || !isName(block.text)) continue;
    if (distanceUp(link.element, block.element) <= (isHeading(block) ? FAR : NEAR)) return block;
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

/** Steps from an element up to the first ancestor that also holds the other; Infinity beyond `FAR`. */
function distanceUp(from: Element, other: Element): number {
  const chain = new Set<Element>();
  for (let at: Element | null = other; at !== null; at = parentOf(at)) chain.add(at);
  let at: Element | null = from;
  for (let steps = 0; steps <= FAR && at !== null; steps++) {
    if (chain.has(at)) return steps;
    at = parentOf(at);
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
function giveGroups(blocks: readonly PageBlock[], named: (NamedLink & { title: PageBlock | null })[]): void {
  const signature = groupSignature(blocks, named);
  for (const entry of named) {
    if (entry.group !== null) continue;
    const before = entry.source === 'title' && entry.title !== null ? entry.title.order : entry.link.order;
    const fits = (block: PageBlock): boolean =>
      entry.source === 'title'
        ? block.signature === signature
        : isHeading(block) && block.text !== entry.name;
    entry.group = lastBefore(blocks, before, fits)?.text ?? null;
  }
  if (new Set(named.map(({ group }) => group)).size < 2) for (const entry of named) entry.group = null;
}

function groupSignature(
  blocks: readonly PageBlock[],
  named: readonly (NamedLink & { title: PageBlock | null })[],
): string | null {
  const titles = new Set(named.filter(({ source }) => source === 'title').map(({ title }) => title));
  const votes = new Map<string, number>();
  for (const title of titles) {
    if (title === null) continue;
    const previous = blocks[indexBefore(blocks, title.order)];
    if (previous === undefined || previous.hasLinks || previous.signature === title.signature) continue;
    if (isName(previous.text)) votes.set(previous.signature, (votes.get(previous.signature) ?? 0) + 1);
  }
  const [best] = [...votes].sort((a, b) => b[1] - a[1]);
  // A single vote is chance.
  return best !== undefined && best[1] > 1 ? best[0] : null;
}

function lastBefore(
  blocks: readonly PageBlock[],
  order: number,
  fits: (block: PageBlock) => boolean,
): PageBlock | null {
  const end = indexBefore(blocks, order);
  for (let at = end; at >= 0 && at > end - LOOK_BACK * 16; at--) {
    const block = blocks[at];
    if (block !== undefined && !block.hasLinks && fits(block) && isName(block.text)) return block;
  }
  return null;
}

function languageOf(link: PageLink): string | null {
  const column = columnOf(link.row, LANGUAGE_COLUMN);
  if (column !== null) return column;
  const flag = link.row?.cells
    .flatMap(({ flags }) => flags)
    .find((text) => /^\p{L}[\p{L} -]{2,30}$/u.test(text));
  return flag ?? null;
}

/** Links that would all be called alike say language and bitrate, where the page gives them. */
function addDetails(named: NamedLink[]): void {
  const counts = new Map<string, number>();
  for (const { name } of named) counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const entry of named) {
    if ((counts.get(entry.name) ?? 0) < 2 || entry.name === '') continue;
    const { link } = entry;
    const texts = [link.label, ...(link.row?.cells.map(({ text }) => text) ?? [])];
    const bitrate = texts.map(bitrateIn).find((text) => text !== null);
    const flag = entry.source === 'beside' ? null : entry.language;
    const details = [flag, bitrate].filter((text) => text !== null && text !== undefined);
    if (details.length > 0) entry.name += ` (${details.join(', ')})`;
  }
}

/** A page's title up to the first sign that begins the site's own words. */
function shortTitle(title: string): string {
  return title.split(/\s[|·•]\s|\.\s/)[0] ?? title;
}
