// A web page → its stream links and the texts around them, in the order of the document.
import { load } from 'cheerio';
import type { AnyNode, Element } from 'domhandler';
import { BLOCKS, collapse, depthOf, isElement, isText, nearestBlock, textOf } from './html-dom.js';
import { addressesOf, splitAtAddresses } from './html-links.js';
import type { LocatorResult } from './locator.js';

/** Text between two block boundaries. */
export interface PageBlock {
  order: number;
  text: string;
  element: Element;
  depth: number;
  /** Tag and classes: blocks that play one role on a page share it. */
  signature: string;
  hasLinks: boolean;
}

export interface PageCell {
  text: string;
  /** Alternative texts of flag pictures in it. */
  flags: string[];
  isHeader: boolean;
}

export interface PageRow {
  cells: PageCell[];
  table: PageTable;
}

export interface PageTable {
  /** Texts of the first row that consists of header cells. */
  headers: string[];
}

export interface PageLink {
  order: number;
  result: LocatorResult;
  element: Element;
  depth: number;
  /** Text inside the link. */
  label: string;
  /** Titles and alternative texts on and inside it. */
  hints: string[];
  /** Text that stands beside it in the same block. */
  beside: string;
  row: PageRow | null;
  /** Two letters from a flag's class, upper case. */
  country: string | null;
}

export interface Page {
  blocks: PageBlock[];
  links: PageLink[];
  title: string;
  heading: string;
  scripts: string[];
  /** M3U lists that stand in the page as text (<pre>, <textarea>). */
  shownLists: string[];
  isTooDeep: boolean;
}

const SKIPPED = new Set(['style', 'template', 'svg', 'iframe', 'object', 'noscript', 'time', 'head']);
/** Elements deeper than this are not looked at. */
const MAX_DEPTH = 512;
/** The parser's own cost grows with the depth; a page is cut where so many elements are left open. */
const MAX_OPEN = 2000;
const TAG = /<(?:!--[^]*?(?:-->|$)|(script|style)\b[^]*?(?:<\/\1|$)|(\/?)([a-z][a-z0-9]*))/gi;
/** Elements that have no content, or that end by themselves where the next begins. */
const NEVER_OPEN = new Set(
  'area base br col embed hr img input link meta param source track wbr p li dt dd td th tr tbody thead tfoot option'.split(
    ' ',
  ),
);
const MAX_TEXT = 400;
const MAX_SCRIPTS = 200;
const FLAG_CLASS = /(?:^|\s)(?:fi|flag|flag-icon|famfamfam-flag)-([a-z]{2})(?=\s|$)/i;

/** Parses a page; never runs or fetches anything of it. */
export function readPage(html: string): Page {
  // htmlparser2, not the tree builder of browsers: linear on any input, and tables stay where they stand.
  const shallow = withoutDepth(html);
  const document = load(shallow, { xml: { xmlMode: false, decodeEntities: true } });
  const walk = new PageWalk();
  walk.run(document.root()[0]?.children ?? []);
  if (shallow.length < html.length) walk.page.isTooDeep = true;
  return walk.page;
}

/** The page up to where more elements are open than any real page leaves open. */
function withoutDepth(html: string): string {
  let open = 0;
  for (const { 2: slash, 3: name, index } of html.matchAll(TAG)) {
    if (name === undefined || NEVER_OPEN.has(name.toLowerCase())) continue;
    open = slash === '/' ? Math.max(0, open - 1) : open + 1;
    if (open > MAX_OPEN) return html.slice(0, index);
  }
  return html;
}

interface Frame {
  element: Element;
  next: number;
}

class PageWalk {
  readonly page: Page = {
    blocks: [],
    links: [],
    title: '',
    heading: '',
    scripts: [],
    shownLists: [],
    isTooDeep: false,
  };
  private order = 0;
  private readonly rows: { element: Element; row: PageRow }[] = [];
  private readonly tables: { element: Element; table: PageTable }[] = [];
  private readonly openLinks: { element: Element; links: PageLink[] }[] = [];
  /** Texts and links of the block that is being read. */
  private segments: (string | PageLink)[] = [];
  private owner: Element | null = null;

  run(roots: readonly AnyNode[]): void {
    const stack: Frame[] = [];
    for (const root of roots) {
      this.enter(root, stack);
      while (stack.length > 0) {
        const frame = stack[stack.length - 1];
        if (frame === undefined) break;
        const child = frame.element.children[frame.next++];
        if (child !== undefined) this.enter(child, stack);
        else {
          stack.pop();
          this.leave(frame.element, stack[stack.length - 1]?.element ?? null);
        }
      }
    }
    this.flush();
  }

  private enter(node: AnyNode, stack: Frame[]): void {
    if (isText(node)) return this.addText(node.data);
    if (!isElement(node)) return;
    if (stack.length >= MAX_DEPTH) {
      this.page.isTooDeep = true;
      return;
    }
    if (this.readSpecial(node)) return;
    if (BLOCKS.has(node.name)) {
      this.flush();
      this.owner = node;
    } else if (node.name === 'br') this.flush();
    this.readStructure(node);
    this.readLinks(node);
    this.readHints(node);
    stack.push({ element: node, next: 0 });
  }

  private leave(element: Element, parent: Element | null): void {
    if (BLOCKS.has(element.name)) {
      this.flush();
      this.owner = nearestBlock(parent);
    }
    const open = this.openLinks[this.openLinks.length - 1];
    if (open?.element === element) {
      this.openLinks.pop();
      this.segments.push(...open.links);
    }
    if (this.rows[this.rows.length - 1]?.element === element) this.closeRow();
    if (this.tables[this.tables.length - 1]?.element === element) this.tables.pop();
  }

  /** Elements whose content is not text of the page. */
  private readSpecial(element: Element): boolean {
    const { name } = element;
    if (name === 'script') {
      if (this.page.scripts.length < MAX_SCRIPTS) this.page.scripts.push(textOf(element));
      return true;
    }
    if ((name === 'pre' || name === 'textarea') && this.page.shownLists.length < MAX_SCRIPTS) {
      const text = textOf(element, '\n');
      if (/^\s*#EXTINF/im.test(text)) {
        this.page.shownLists.push(text);
        return true;
      }
    }
    if (name === 'head') {
      const title = element.children.find((child) => isElement(child) && child.name === 'title');
      if (isElement(title)) this.page.title ||= collapse(textOf(title));
      return true;
    }
    if (name === 'title') {
      this.page.title ||= collapse(textOf(element));
      return true;
    }
    if (name === 'h1') this.page.heading ||= collapse(textOf(element));
    return SKIPPED.has(name);
  }

  private readStructure(element: Element): void {
    const table = this.tables[this.tables.length - 1]?.table ?? { headers: [] };
    if (element.name === 'table') this.tables.push({ element, table: { headers: [] } });
    else if (element.name === 'tr') this.rows.push({ element, row: { cells: [], table } });
    else if (element.name === 'td' || element.name === 'th') {
      const row = this.rows[this.rows.length - 1]?.row;
      row?.cells.push({ text: '', flags: [], isHeader: element.name === 'th' });
    }
  }

  private closeRow(): void {
    const row = this.rows.pop()?.row;
    const isHeader = row !== undefined && row.cells.length > 1 && row.cells.every((cell) => cell.isHeader);
    if (isHeader && row.table.headers.length === 0) row.table.headers = row.cells.map(({ text }) => text);
  }

  private readLinks(element: Element): void {
    const results = addressesOf(element);
    if (results.length === 0) return;
    const links = results.map((result) => this.newLink(element, result));
    this.openLinks.push({ element, links });
  }

  private newLink(element: Element, result: LocatorResult): PageLink {
    const link: PageLink = {
      order: ++this.order,
      result,
      element,
      depth: depthOf(element),
      label: '',
      hints: [],
      beside: '',
      row: this.rows[this.rows.length - 1]?.row ?? null,
      country: null,
    };
    this.page.links.push(link);
    return link;
  }

  private readHints(element: Element): void {
    const { attribs } = element;
    const links = this.openLinks[this.openLinks.length - 1]?.links ?? [];
    const texts = [attribs.title, attribs['aria-label'], attribs.alt].filter(
      (text): text is string => text !== undefined && text.trim() !== '',
    );
    const country = FLAG_CLASS.exec(attribs.class ?? '')?.[1]?.toUpperCase() ?? null;
    for (const link of links) {
      if (link.hints.length < 8) link.hints.push(...texts.map(collapse));
      link.country ??= country;
    }
    const isFlag = element.name === 'img' && /flag|lang/i.test(`${attribs.src ?? ''} ${attribs.class ?? ''}`);
    const cell = this.currentCell();
    if (isFlag && cell !== undefined && cell.flags.length < 4) cell.flags.push(...texts.map(collapse));
  }

  private addText(data: string): void {
    const link = this.openLinks[this.openLinks.length - 1];
    if (link !== undefined) {
      for (const open of link.links) if (open.label.length < MAX_TEXT) open.label += data;
      return;
    }
    // "Name: acestream://<id>" written out as text.
    for (const part of splitAtAddresses(data)) {
      if (typeof part === 'string') this.addPlain(part);
      else if (this.owner !== null) this.segments.push(this.newLink(this.owner, part));
    }
  }

  private addPlain(text: string): void {
    this.segments.push(text.length > MAX_TEXT * 4 ? text.slice(0, MAX_TEXT * 4) : text);
    const cell = this.currentCell();
    if (cell !== undefined && cell.text.length < MAX_TEXT) cell.text += ` ${text}`;
  }

  private currentCell(): PageCell | undefined {
    const cells = this.rows[this.rows.length - 1]?.row.cells;
    return cells?.[cells.length - 1];
  }

  /** Ends a block: what is text in it becomes a block of the page, and is told to the links beside it. */
  private flush(): void {
    const { segments, owner } = this;
    this.segments = [];
    if (segments.length === 0 || owner === null) return;
    const hasLinks = segments.some((segment) => typeof segment !== 'string');
    const text = collapse(segments.filter((segment) => typeof segment === 'string').join(' '));
    if (hasLinks) tellLinks(segments);
    if (text === '') return;
    const signature = `${owner.name}.${(owner.attribs.class ?? '').trim().split(/\s+/).sort().join('.')}`;
    this.page.blocks.push({
      order: ++this.order,
      text,
      element: owner,
      depth: depthOf(owner),
      signature,
      hasLinks,
    });
  }
}

/**
 * "Name: <link> <link>" names the links that follow, "<link> Name" the link before: which of the two a block does shows in
 * what it begins with.
 */
function tellLinks(segments: readonly (string | PageLink)[]): void {
  const parts = segments
    .map((part) => (typeof part === 'string' ? collapse(part) : part))
    .filter((part) => part !== '');
  const isNameFirst = typeof parts[0] === 'string';
  const ordered = isNameFirst ? parts : [...parts].reverse();
  let text = '';
  for (const part of ordered) {
    if (typeof part === 'string') text = part;
    else part.beside = text;
  }
}
