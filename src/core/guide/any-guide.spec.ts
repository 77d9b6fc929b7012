import { describe, expect, it } from '@jest/globals';
import { AnyGuideReader } from './any-guide.js';

function titles(text: string): string[] {
  const found: string[] = [];
  const reader = new AnyGuideReader(
    { channel: () => {}, programme: ({ titles: [title] }) => found.push(title?.text ?? '') },
    { channelId: '1' },
  );
  for (const byte of Buffer.from(text)) reader.write(Buffer.of(byte));
  reader.end();
  return found;
}

describe('a guide in any form', () => {
  it.each([
    ['XMLTV', '<tv><programme start="20260314190000" channel="1"><title>A</title></programme></tv>'],
    ['JSON', '{"data": [{"timestart": 1773511200, "title": "A"}]}'],
    ['a list', '[{"timestart": 1773511200, "title": "A"}]'],
  ])('%s, with and without a mark before it', (_, text) => {
    expect(titles(text)).toEqual(['A']);
    expect(titles(`\ufeff\n ${text}`)).toEqual(['A']);
  });

  it('nothing at all', () => {
    expect(titles('')).toEqual([]);
    expect(titles('\n')).toEqual([]);
  });
});
