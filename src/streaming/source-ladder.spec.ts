import { describe, expect, it } from '@jest/globals';
import { aStreamSource } from '../../test/builders/stream-source-builder.js';
import { recoveryAttempts, startAttempts } from './source-ladder.js';
import type { RecoveryPlan } from './source-ladder.js';

const [one, two, three] = [1, 2, 3].map((id) => aStreamSource({ id })) as [
  ReturnType<typeof aStreamSource>,
  ReturnType<typeof aStreamSource>,
  ReturnType<typeof aStreamSource>,
];

function take(count: number, changes: Partial<RecoveryPlan> = {}): string[] {
  const attempts = recoveryAttempts({
    sources: [one, two, three],
    broken: { source: two, place: 'e1', reason: 'eof' },
    blamesSource: false,
    backoffMs: [0, 1, 2, 4],
    places: () => 2,
    codecOf: () => undefined,
    ...changes,
  });
  return Array.from({ length: count }, () => attempts.next().value).map(
    ({ source, delayMs, prefer, avoid }) =>
      `${source.id} after ${delayMs}${prefer ? ` at ${prefer}` : ''}${avoid.size > 0 ? ` not at ${[...avoid].join()}` : ''}`,
  );
}

describe('the ladder of attempts', () => {
  it('tries every source once at the start', () => {
    expect(startAttempts([one, two]).map(({ source, delayMs }) => [source.id, delayMs])).toEqual([
      [1, 0],
      [2, 0],
    ]);
  });

  it('goes from the same place to another one, to the next sources, and round, ever more slowly', () => {
    expect(take(6)).toEqual([
      '2 after 0 at e1',
      '2 after 1 not at e1',
      '3 after 2',
      '1 after 4',
      '2 after 4',
      '3 after 4',
    ]);
  });

  it('does not look for another place where there is none', () => {
    expect(take(2, { places: () => 1 })).toEqual(['2 after 0 at e1', '3 after 1']);
  });

  it('leaves a place at once that is down or that somebody else has taken', () => {
    for (const reason of ['engine-down', 'superseded'] as const) {
      expect(take(2, { broken: { source: two, place: 'e1', reason } })).toEqual([
        '2 after 0 not at e1',
        '3 after 1',
      ]);
    }
  });

  it('goes first to what shows the same codec, or may do so', () => {
    const codecs: (string | undefined)[] = [undefined, 'h264', 'h264', 'h265', undefined];
    const four = aStreamSource({ id: 4 });
    const plan = { sources: [two, three, one, four], blamesSource: true };
    const broken = { source: one, place: 'e1', reason: 'starved' } as const;
    const codecOf = ({ id }: { id: number }): string | undefined => codecs[id];
    expect(take(4, { ...plan, broken, codecOf })).toEqual([
      '4 after 0',
      '2 after 1',
      '3 after 2',
      '1 after 4',
    ]);
    expect(take(4, { ...plan, broken: { ...broken, source: four }, codecOf })).toEqual([
      '2 after 0',
      '3 after 1',
      '1 after 2',
      '4 after 4',
    ]);
  });

  it('begins with the others when the source is to blame, if there are any', () => {
    expect(take(3, { blamesSource: true })).toEqual(['3 after 0', '1 after 1', '2 after 2']);
    expect(take(2, { blamesSource: true, sources: [two] })).toEqual([
      '2 after 0 at e1',
      '2 after 1 not at e1',
    ]);
  });
});
