// Web pages → entries: every link to a stream, named by what stands around it.
import { ListCollector } from './collector.js';
import type { NamedLink, NameSource } from './html-names.js';
import { nameLinks } from './html-names.js';
import { readPage } from './html-page.js';
import { readScriptList } from './json-list.js';
import { fingerprint } from './locator.js';
import { M3uReader } from './m3u.js';
import { makeEntry, rawEntry } from './make-entry.js';
import { cleanOrNull } from './text.js';
import type { FoundEntry } from './types.js';

/** An entry of the page, and how sure its name is. */
interface Known {
  entry: FoundEntry;
  trust: number;
}

const TRUST: Readonly<Record<NameSource, number>> = { label: 4, beside: 3, title: 2, page: 1, none: 0 };

/**
 * Links in the markup, then M3U lists shown as text (<pre>); only where there is neither, the data literals of scripts.
 * An address that occurs again is the same entry, under the better of its names.
 */
export function readHtmlList(html: string, found: ListCollector): void {
  const page = readPage(html);
  if (page.isTooDeep) found.note(1, 'too-deep');
  const known = new Map<string, Known>();
  addLinks(nameLinks(page), found, known);
  for (const text of page.shownLists) addShownList(text, found, known);
  if (found.isBarren) readScriptList(page.scripts.join('\n'), found);
  if (found.isBarren) found.note(1, 'error-page');
}

function addLinks(links: readonly NamedLink[], found: ListCollector, known: Map<string, Known>): void {
  links.forEach((named, at) => {
    const { result } = named.link;
    const { maxNameLength } = found.limits;
    if (!result.ok) return found.refuse(at + 1, result.reason, cleanOrNull(named.name, maxNameLength));
    const raw = rawEntry(at + 1, named.name, result.locator, result);
    const entry = makeEntry({ ...raw, group: named.group, attributes: attributesOf(named) }, maxNameLength);
    const address = fingerprint(result.locator);
    const earlier = known.get(address);
    const trust = TRUST[named.source];
    if (earlier === undefined) {
      known.set(address, { entry, trust });
      return found.add(entry);
    }
    found.repeat();
    if (trust <= earlier.trust) return;
    Object.assign(earlier.entry, { ...entry, line: earlier.entry.line });
    earlier.trust = trust;
  });
}

function attributesOf({ link, language }: NamedLink): Map<string, string> {
  const attributes = new Map<string, string>();
  if (language !== null) attributes.set('tvg-language', language);
  if (link.country !== null) attributes.set('tvg-country', link.country);
  return attributes;
}

function addShownList(text: string, found: ListCollector, known: Map<string, Known>): void {
  const shown = new ListCollector(found.limits);
  const reader = new M3uReader(shown);
  reader.push(text);
  reader.end();
  const { entries, problems } = shown.finish('m3u');
  for (const { line, reason, name } of problems) {
    if (reason !== 'stray-text') found.refuse(line, reason, name);
  }
  for (const entry of entries) {
    const address = fingerprint(entry.locator);
    if (known.has(address)) {
      found.repeat();
      continue;
    }
    known.set(address, { entry, trust: TRUST.label });
    found.add(entry);
  }
}
