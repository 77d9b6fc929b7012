import { describe, expect, it } from '@jest/globals';

import { XMLParser, XMLValidator } from 'fast-xml-parser';
import fc from 'fast-check';
import type { XmltvChannel, XmltvProgramme } from './writer.js';
import { escapeXml, writeXmltv, XMLTV_HEAD, xmltvChannel, xmltvProgramme, xmltvTime } from './writer.js';

const start = Date.UTC(2026, 2, 14, 19, 0, 0) / 1000;

function aProgramme(changes: Partial<XmltvProgramme> = {}): XmltvProgramme {
  return {
    channelId: 'canaluno.es',
    start,
    stop: start + 3600,
    titles: [{ text: 'Noticias de la noche', lang: 'es' }],
    ...changes,
  };
}

describe('a guide file', () => {
  it('starts with the declaration at its first byte', () => {
    expect(XMLTV_HEAD.startsWith('<?xml version="1.0" encoding="UTF-8"?>\n<tv ')).toBe(true);
  });

  it('declares a channel', () => {
    const channel = {
      id: 'canaluno.es',
      displayNames: ['Canal Uno', 'Uno & "más"'],
      icon: 'http://l.example/1.png?a=1&b=2',
    };
    expect(xmltvChannel(channel)).toBe(
      '<channel id="canaluno.es"><display-name>Canal Uno</display-name>' +
        '<display-name>Uno &amp; &quot;más&quot;</display-name><icon src="http://l.example/1.png?a=1&amp;b=2"/></channel>\n',
    );
  });

  it('gives a nameless channel its id, because the DTD demands a name', () => {
    expect(xmltvChannel({ id: 'a.b', displayNames: ['  '], icon: '' })).toBe(
      '<channel id="a.b"><display-name>a.b</display-name></channel>\n',
    );
  });

  it('writes a programme in the order of the DTD', () => {
    const programme = aProgramme({
      subTitles: [{ text: 'Edición 2' }],
      descriptions: [{ text: 'Informativo.', lang: 'es' }],
      date: '2026',
      categories: [{ text: 'News', lang: 'en' }],
      icon: 'https://l.example/p.jpg',
      season: 2,
      episode: 5,
      rating: { system: 'MPAA', value: 'PG' },
    });
    expect(xmltvProgramme(programme)).toBe(
      '<programme start="20260314190000 +0000" stop="20260314200000 +0000" channel="canaluno.es">' +
        '<title lang="es">Noticias de la noche</title><sub-title>Edición 2</sub-title>' +
        '<desc lang="es">Informativo.</desc><date>2026</date><category lang="en">News</category>' +
        '<icon src="https://l.example/p.jpg"/><episode-num system="xmltv_ns">1.4.</episode-num>' +
        '<rating system="MPAA"><value>PG</value></rating></programme>\n',
    );
  });

  it('leaves out what would make a validator reject the file', () => {
    expect(xmltvProgramme(aProgramme({ titles: [{ text: ' ' }] }))).toBe('');
    expect(xmltvProgramme(aProgramme({ stop: start }))).toBe('');
    expect(xmltvProgramme(aProgramme({ stop: NaN }))).toBe('');
    const sparse = xmltvProgramme(
      aProgramme({
        descriptions: [{ text: '' }],
        date: 'soon',
        episode: 0,
        rating: { system: '', value: ' ' },
      }),
    );
    expect(sparse).toMatch(/<\/title><\/programme>\n$/);
    expect(xmltvProgramme(aProgramme({ titles: [{ text: 'A', lang: '"><x' }] }))).toContain(
      '<title>A</title>',
    );
  });

  it('numbers an episode without a season', () => {
    expect(xmltvProgramme(aProgramme({ episode: 3 }))).toContain(
      '<episode-num system="xmltv_ns">.2.</episode-num>',
    );
  });

  it('always writes the offset', () => {
    expect(xmltvTime(0)).toBe('19700101000000 +0000');
    expect(xmltvTime(start)).toBe('20260314190000 +0000');
  });

  it('escapes once and drops what XML forbids', () => {
    expect(escapeXml('R&amp;B <3 "x"\u0000\u000b\ufffe\ud800')).toBe('R&amp;amp;B &lt;3 &quot;x&quot;\ufffd');
  });

  it('comes in pieces of bounded size that together are the same file', () => {
    const channels = Array.from({ length: 50 }, (_, i): XmltvChannel => ({
      id: `c${i}.es`,
      displayNames: [`C ${i}`],
      icon: '',
    }));
    const programmes = channels.map((channel) => aProgramme({ channelId: channel.id }));
    const pieces = [...writeXmltv(channels, programmes, 500)];
    expect(pieces.length).toBeGreaterThan(5);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(1_000);
    expect(pieces.join('')).toBe([...writeXmltv(channels, programmes)].join(''));
  });

  it('is well-formed and gives back every text, whatever the texts hold', () => {
    const parser = new XMLParser({ ignoreAttributes: false, trimValues: false, parseTagValue: false });
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, title) => {
        const xml = [
          ...writeXmltv(
            [{ id: 'a.b', displayNames: [name], icon: '' }],
            [aProgramme({ titles: [{ text: `x${title}x` }] })],
          ),
        ].join('');
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- its successor is no dependency of ours
        expect(XMLValidator.validate(xml)).toBe(true);
        const parsed: unknown = parser.parse(xml);
        expect(parsed).toMatchObject({
          tv: {
            channel: { 'display-name': expect.any(String) },
            programme: { title: expect.stringMatching(/^x[^]*x$/) },
          },
        });
      }),
    );
  });
});
