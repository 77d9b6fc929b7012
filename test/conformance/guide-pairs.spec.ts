// How well channels find their guides: measured on labelled channels of real lists, the rules tuned on one half only.
import { describe, expect, it } from '@jest/globals';
import { inOneGuide, judge, readGuidePairs, type Half } from '../builders/guide-pairs.js';

const MIN_PRECISION = 0.98;
const MIN_RECALL = 0.85;

const countries = readGuidePairs();

function report(
  title: string,
  half: Half,
  ids: 'with' | 'without',
  set = countries,
): ReturnType<typeof judge> {
  const judged = judge(set, half, ids);
  const { channels, linked, right, precision, recall } = judged;
  process.stdout.write(
    `${title}, ${half} half, ${ids} ids: ${channels} channels, ${linked} linked, ${right} right: ` +
      `precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}\n`,
  );
  return judged;
}

describe('matching the labelled channels', () => {
  it('has a set worth the name', () => {
    const channels = countries.flatMap((country) => country.channels);
    expect(channels.length).toBeGreaterThan(800);
    expect(channels.filter(({ label }) => label === 'none').length).toBeGreaterThan(150);
    for (const { guide, channels: labelled } of countries) {
      const ids = new Set(guide.map(({ id }) => id));
      for (const { label, right } of labelled) {
        expect(right.length > 0).toBe(label !== 'none');
        expect(right.every((id) => ids.has(id))).toBe(true);
      }
    }
  });

  it.each(['with', 'without'] as const)('links rightly, %s the ids of the lists', (ids) => {
    report('guide of the country', 'tuned', ids);
    const { precision, recall } = report('guide of the country', 'untuned', ids);
    expect(precision).toBeGreaterThanOrEqual(MIN_PRECISION);
    expect(recall).toBeGreaterThanOrEqual(MIN_RECALL);
  });

  it('links rightly where the guides of all countries are one', () => {
    const all = inOneGuide(countries);
    report('one guide of all', 'tuned', 'without', all);
    const { precision, recall } = report('one guide of all', 'untuned', 'without', all);
    expect(precision).toBeGreaterThanOrEqual(MIN_PRECISION);
    expect(recall).toBeGreaterThanOrEqual(MIN_RECALL);
  });
});
