import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseList } from './parse-list.js';
import type { ParsedList } from './types.js';

const ids = Array.from({ length: 12 }, (_, at) => at.toString(16).padStart(40, '0'));
const ace = (at: number): string => `acestream://${ids[at] ?? ''}`;

function parse(body: string): ParsedList {
  return parseList(`<!doctype html><html><head><title>Page</title></head><body>${body}</body></html>`);
}

/** Name, group and the number of the id. */
function found(body: string): [string, string | null, number][] {
  return parse(body).entries.map(({ name, group, locator }) => [
    name,
    group,
    ids.indexOf(locator.locator.slice(-40)),
  ]);
}

describe('names of links', () => {
  it('are their labels, where those tell something', () => {
    expect(
      found(`<h2>Sport</h2><ul><li><a href="${ace(0)}">Eurosport 1</a></li><li><a href="${ace(1)}"><b>DAZN</b> 2</a></li></ul>
        <h2>News</h2><p><a href="${ace(2)}" title="24 Horas"><img src="x.png"></a> <a href="${ace(3)}"><img alt="CNN"></a>
        <a href="${ace(4)}" aria-label="BBC News">▶</a></p>`),
    ).toEqual([
      ['Eurosport 1', 'Sport', 0],
      ['DAZN 2', 'Sport', 1],
      ['24 Horas', 'News', 2],
      ['CNN', 'News', 3],
      ['BBC News', 'News', 4],
    ]);
  });

  it('are the text beside them, before or behind', () => {
    expect(
      found(`<p>Sport 1: <a href="${ace(0)}">link</a> <a href="${ace(1)}">link 2</a></p>
        <p><a href="${ace(2)}">▶</a> News 1<br><a href="${ace(3)}">▶</a> News 2</p>`),
    ).toEqual([
      ['Sport 1', null, 0],
      ['Sport 1', null, 1],
      ['News 1', null, 2],
      ['News 2', null, 3],
    ]);
  });

  it('are in the row of a table, under the header that fits', () => {
    const list =
      parse(`<table><tr><th>No</th><th>Language</th><th>Channel</th><th>Category</th><th>Link</th></tr>
      <tr><td>1</td><td>English</td><td>Alpha</td><td>Sport</td><td><a href="${ace(0)}">Link</a></td></tr>
      <tr><td>2</td><td>Spanish</td><td>Beta</td><td>News</td><td><a href="${ace(1)}">1500kbps Link</a>, <a href="${ace(2)}">3500kbps Link</a></td></tr></table>`);
    expect(list.entries.map(({ name, group, language }) => [name, group, language])).toEqual([
      ['Alpha', 'Sport', 'English'],
      ['Beta (1500kbps)', 'News', 'Spanish'],
      ['Beta (3500kbps)', 'News', 'Spanish'],
    ]);
  });

  it('are the first telling cell where a table has no header', () => {
    expect(
      found(`<table><tr><td>7</td><td>Alpha TV</td><td><a href="${ace(0)}">play</a></td></tr>
        <tr><td>8</td><td>Beta TV</td><td><a href="${ace(1)}">play</a></td></tr></table>`),
    ).toEqual([
      ['Alpha TV', null, 0],
      ['Beta TV', null, 1],
    ]);
  });

  it('are the title before them, where every label is the same; the heading before titles is the group', () => {
    const game = (title: string, ...at: number[]): string =>
      `<div class="bar"><time datetime="2026-01-23T20:00:00Z">08:00 PM</time>\n${title}</div>
       <div class="row">${at.map((n) => `<a href="${ace(n)}" title="STREAM HD"><span class="fi fi-es"></span> STREAM HD</a>`).join(' ')}</div>`;
    const none = '<div class="bar">No stream yet</div><div class="row"><span>Links follow.</span></div>';
    expect(
      found(
        `<p>Liga</p>${game('A vs B', 0, 1)}${none}${game('C vs D', 2)}<p>Serie A</p>${game('E vs F', 3, 4)}${game('G vs H', 5)}`,
      ),
    ).toEqual([
      ['A vs B', 'Liga', 0],
      ['A vs B', 'Liga', 1],
      ['C vs D', 'Liga', 2],
      ['E vs F', 'Serie A', 3],
      ['E vs F', 'Serie A', 4],
      ['G vs H', 'Serie A', 5],
    ]);
    expect(parse(game('A vs B', 0)).entries[0]?.country).toBe('ES');
  });

  it('are the page’s heading as a last resort, told apart by language and bitrate', () => {
    const row = (at: number, language: string): string =>
      `<table><tr><td><img src="/flag/1.png" title="${language}"></td><td>5000kbps</td>
       <td><a href="${ace(at)}"><img title="open"></a></td></tr></table>`;
    expect(
      found(
        `<h1>Live Stream <b>Alpha – Beta</b></h1>${'<div>'.repeat(9)}${row(0, 'English')}${row(1, 'Russian')}`,
      ),
    ).toEqual([
      ['Alpha – Beta (English, 5000kbps)', null, 0],
      ['Alpha – Beta (Russian, 5000kbps)', null, 1],
    ]);
  });
});

describe('which links count', () => {
  it('takes ids in addresses, data attributes and written out; not in scripts, comments and pictures', () => {
    expect(
      found(`<script>open('${ace(9)}')</script><!-- ${ace(9)} --><style>a[href="${ace(9)}"]{}</style>
        <img src="/i/${ids[9] ?? ''}.png"><a href="acestream://">empty</a><a href="">none</a><a href="/x?c=${ids[9] ?? ''}">page</a>
        <p>Alpha: <a href="http://127.0.0.1:6878/ace/getstream?id=${ids[0] ?? ''} ">x</a></p>
        <p data-acestream-id="${ids[1] ?? ''}">Beta</p>
        <p>Gamma: ${ace(2)}</p>
        <p>Delta <button onclick="go('${ace(3)}')">go</button></p>
        <p>Epsilon <a href="http://h.example/e.m3u8">watch</a></p>`),
    ).toEqual([
      ['Alpha', null, 0],
      ['Beta', null, 1],
      ['Gamma', null, 2],
      ['Delta', null, 3],
      ['Epsilon', null, -1],
    ]);
  });

  it('makes one entry of an id that occurs again, under the better name', () => {
    const list =
      parse(`<p><a href="${ace(0)}"><img src="play.gif"></a></p><p><a href="${ace(0)}">Alpha</a></p>
      <p><a href="${ace(0)}">Alpha again</a></p>`);
    expect(list.entries.map(({ name, line }) => [name, line])).toEqual([['Alpha', 1]]);
    expect(list.counts).toMatchObject({ found: 1, imported: 1, repeats: 2 });
  });

  it('refuses by reason what it cannot play', () => {
    const list = parse(
      `<p>Alpha <a href="sop://broker.example:3912/1">link</a> <a href="${ace(0)}">link</a></p>`,
    );
    expect(list.problems).toEqual([{ line: 1, reason: 'sopcast', name: 'Alpha' }]);
    expect(list.counts).toMatchObject({ found: 2, imported: 1, refusedBy: { sopcast: 1 } });
  });

  it('reads a list that is shown as text', () => {
    expect(
      found(`<p>My list:</p><pre>#EXTM3U\n#EXTINF:-1 group-title="G",Alpha &amp; Co<br>${ace(0)}</pre>`),
    ).toEqual([['Alpha & Co', 'G', 0]]);
  });

  it('adds a shown list to the links of its page, each address once', () => {
    const list = parse(`<p><a href="${ace(0)}">Alpha</a></p>
      <textarea>#EXTM3U\n#EXTINF:-1,Alpha\n${ace(0)}\n#EXTINF:-1,Beta\n${ace(1)}\n#EXTINF:-1,Gamma\nsop://b/1\nwords</textarea>`);
    expect(list.entries.map(({ name }) => name)).toEqual(['Alpha', 'Beta']);
    expect(list.counts).toMatchObject({ found: 3, repeats: 1, refusedBy: { sopcast: 1 } });
  });

  it('never lets text of a page become markup', () => {
    const [entry] = parse(
      `<p>&lt;script&gt;x&lt;/script&gt; <a href="${ace(0)}">&#0;&#xD800;A&amp;B&nbsp;TV</a></p>`,
    ).entries;
    expect(entry?.name).toBe('A&B TV');
  });
});

describe('hostile pages', () => {
  it('may nest as deep as they like', () => {
    const deep = parse(
      `<p>Top <a href="${ace(0)}">x</a></p>${'<div>'.repeat(100_000)}<a href="${ace(1)}">deep</a>`,
    );
    expect(deep.entries.map(({ name }) => name)).toEqual(['Top']);
    expect(deep.problems).toMatchObject([{ reason: 'too-deep' }]);
  });

  it('never throw, whatever the markup', () => {
    const pieces = fc.constantFrom(
      '<',
      '>',
      '/',
      'a',
      ' href="',
      ace(0),
      ace(1),
      '"',
      "'",
      '<td>',
      '</td>',
      '<tr>',
      '<table>',
      '</table>',
      '<p>',
      '<h2>',
      'Name',
      '<!--',
      '-->',
      '<script>',
      '</script>',
      '<img alt="x">',
      '&#',
      ';',
      '<pre>',
      '#EXTINF:-1,',
      '\n',
      '<br>',
      '<title>',
      '<svg>',
      '<![CDATA[',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 80 }), (parts) => {
        const list = parse(parts.join(''));
        expect(list.counts.found).toBe(list.counts.imported + list.counts.refused);
        expect(new Set(list.entries.map(({ locator }) => locator.locator)).size).toBe(list.entries.length);
      }),
    );
  });
});
