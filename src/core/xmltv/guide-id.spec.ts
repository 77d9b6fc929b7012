import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { guideId, substituteGuideId } from './guide-id.js';

const DOMAIN_FORM = /^[-0-9A-Za-z]+(\.[-0-9A-Za-z]+)+$/;

describe('guide ids', () => {
  it('keeps an id that everybody accepts', () => {
    expect(guideId('canaluno.es')).toBe('canaluno.es');
    expect(guideId(' BBCOne.uk ')).toBe('BBCOne.uk');
  });

  it('leaves "no guide" alone', () => {
    expect(guideId('')).toBe('');
    expect(guideId('  ')).toBe('');
  });

  it('completes a plain id', () => {
    expect(guideId('123')).toBe('123.rooftop');
  });

  it('keeps ids apart that look alike once folded', () => {
    const ids = ['A&B.es', 'A B.es', 'A-B.es', 'Ä&B.es', 'Первый канал', 'Второй канал', '第一'].map(guideId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('is in domain form for any id, and stable', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (raw) => {
        const id = guideId(raw);
        if (raw.trim() !== '') expect(id).toMatch(DOMAIN_FORM);
        expect(guideId(id)).toBe(id);
      }),
    );
  });

  it('has a substitute for channels without a guide', () => {
    expect(substituteGuideId(42)).toMatch(DOMAIN_FORM);
  });
});
