import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { absoluteUrl, cleanLine, displayName, epochText } from './text.js';

describe('text for players', () => {
  it('is one printable line', () => {
    expect(cleanLine('  Canal\r\nUno\u0000\u2028 HD\t ')).toBe('Canal Uno HD');
    expect(cleanLine('a\ud800b')).toBe('a\ufffdb');
    expect(cleanLine('😀 Ж')).toBe('😀 Ж');
  });

  it('is never more than one line, for any input', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // eslint-disable-next-line no-control-regex
        expect(cleanLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]|^\s|\s$/);
        expect(Buffer.from(cleanLine(text)).toString()).toBe(cleanLine(text));
      }),
    );
  });

  it('has a name even when none was given', () => {
    expect(displayName(' \u0007 ', 'Channel 7')).toBe('Channel 7');
  });
});

describe('addresses for players', () => {
  it.each([
    ['https://logo.example/a.png', 'https://logo.example/a.png'],
    ['HTTP://logo.example/a b".png', 'HTTP://logo.example/a%20b%22.png'],
    ['/logo/1.png', ''],
    ['logo.png', ''],
    ['javascript:alert(1)', ''],
    ['data:image/png;base64,AA', ''],
    ['http://', ''],
    ['', ''],
  ])('%s', (given, told) => {
    expect(absoluteUrl(given)).toBe(told);
  });
});

describe('times for players', () => {
  it('are digits, whatever the record holds', () => {
    expect([1735689600, 1735689600.9, 0, -5, NaN].map(epochText)).toEqual([
      '1735689600',
      '1735689600',
      '0',
      '0',
      '0',
    ]);
  });
});
