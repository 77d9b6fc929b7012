import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fillSlots, SLOT, slotValues } from './m3u-out.js';
import { PlaylistTemplate } from './playlist-template.js';

const owner = { baseUrl: 'http://tv.home.test:8080', username: 'inés', password: 'a/b' };

function fill(texts: readonly string[]): Buffer {
  const template = new PlaylistTemplate();
  for (const text of texts) template.add(text);
  const steps = template.fill(slotValues(owner));
  let steppedTimes = 0;
  for (;;) {
    const step = steps.next();
    if (!step.done) {
      steppedTimes++;
      continue;
    }
    expect(steppedTimes).toBe(texts.length);
    expect(step.value).toHaveLength(template.filledBytes(slotValues(owner)));
    expect(Buffer.concat([...template.filledPieces(slotValues(owner))]).equals(step.value)).toBe(true);
    return step.value;
  }
}

describe('a playlist template', () => {
  it('fills like the plain replacement, whatever stands around the slots', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(SLOT.live, SLOT.archive, SLOT.guide),
    );
    fc.assert(
      fc.property(fc.array(fc.array(part).map((parts) => parts.join(''))), (texts) => {
        expect(fill(texts).toString()).toBe(fillSlots(texts.join(''), slotValues(owner)));
      }),
    );
  });

  it('is empty when nothing was added', () => {
    expect(fill([])).toHaveLength(0);
  });

  it('says what it holds', () => {
    const template = new PlaylistTemplate();
    template.add(`x${SLOT.live}1.ts\n`);
    expect(template.heldBytes).toBe(7 + 4);
  });
});
