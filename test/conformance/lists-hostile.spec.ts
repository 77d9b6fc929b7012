// Inputs made to be slow. Ten times the input may take ten times as long, not a hundred times.
import { describe, expect, it } from '@jest/globals';
import { parseList } from '../../src/core/lists/parse-list.js';

const ID = 'dd1e67078381739d14beca697356ab76d49d1a2d';
const SMALL = 1024 * 1024;
const FACTOR = 10;
/** Quadratic would be FACTOR²; the rest is room for a busy machine. */
const WORST = FACTOR * 5;
/** Milliseconds no quadratic step on ten megabytes would stay under. */
const FLOOR = 4000;

const M3U: [string, string, string?][] = [
  ['one endless line', 'x'],
  ['one endless #EXTINF', '"', '#EXTINF:-1 a="'],
  ['attributes that never end', 'a="b ', '#EXTINF:-1 '],
  ['attributes behind commas', ',a="x ,b=\'y ', '#EXTM3U '],
  ['attributes without value', 'a= ', '#EXTM3U '],
  ['words without comma', 'w ', '#EXTINF:-1 '],
  ['lines of quotes', `#EXTINF:-1 ${'a="x" b=\'y '.repeat(5000)}\nhttp://h/1\n`],
  ['lines of half-closed quotes', `#EXTINF:-1 ${'a="x"y '.repeat(8000)},N\nhttp://h/1\n`],
  ['entries without address', '#EXTINF:-1,n\n'],
  ['empty lines', '\r'],
  ['addresses of pipes', 'http://h/|a=b&\n'],
  ['one guide id for all', '#EXTINF:-1 tvg-id="x",n\nhttp://h/1\n'],
  ['names of brackets', `#EXTINF:-1,${'(('.repeat(100)}\nhttp://h/1\n`],
  ['guides without end', 'http://g/1,', '#EXTM3U url-tvg="'],
  ['addresses in the engine’s form without id', `http://h/${'ace/'.repeat(100)}getstream?id=\n`],
];

const JSON_TEXTS: [string, string, string?][] = [
  ['open brackets', '['],
  ['nested objects', '{"a":', ''],
  ['a damaged end', `{"name":"a","url":"acestream://${ID}"},`, '['],
  ['script literals that fail', '= {a', 'const x '],
  ['quotes in scripts', "'", 'x = {'],
  ['comments in scripts', '/*', 'x = {'],
  ['many keys', '"k":1,', '{'],
];

const PAGES: [string, string, string?][] = [
  ['open tags', '<'],
  ['nested elements', '<div>', '<html>'],
  ['elements that close nothing', '</span>', `<html>${'<div>'.repeat(1900)}`],
  ['open formatting', '<b><p>', '<html>'],
  ['comments', '<!--', '<html>'],
  ['scripts', '<script>= {', '<html>'],
  ['links in one row', `<a href="acestream://${ID}">Link</a>`, '<html><table><tr><td>'],
  ['cells in one row', '<td>x</td>', `<html><a href="acestream://${ID}">Link</a><table><tr>`],
  ['links and cells', `<td><a href="acestream://${ID}">Link</a>1</td>`, '<html><table><tr>'],
  ['texts before one link', '<p>Some title here</p>', '<html>'],
  ['entities', '&amp', '<html>'],
];

function fill(unit: string, head: string, length: number): Uint8Array {
  return Buffer.from(head + unit.repeat(Math.ceil(length / unit.length)));
}

/** CPU time: the wall clock of a busy machine says nothing. */
function milliseconds(bytes: Uint8Array, type: 'm3u' | 'json' | 'html'): number {
  const before = process.cpuUsage();
  const { counts } = parseList(bytes, { type });
  const { user, system } = process.cpuUsage(before);
  expect(counts.found).toBe(counts.imported + counts.refused);
  return (user + system) / 1000;
}

describe.each([
  ['m3u' as const, M3U, FACTOR],
  ['json' as const, JSON_TEXTS, FACTOR],
  // Pages are refused beyond 8 MB.
  ['html' as const, PAGES, 7],
])('hostile %s', (type, inputs, factor) => {
  it.each(inputs)('%s', (_, unit, head = '') => {
    const small = milliseconds(fill(unit, head, SMALL), type);
    const large = milliseconds(fill(unit, head, SMALL * factor), type);
    expect(large).toBeLessThan(Math.max(FLOOR, small * WORST));
  });
});
