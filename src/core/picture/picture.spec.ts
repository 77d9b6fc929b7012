import { describe, expect, it } from '@jest/globals';
import { DeadSources } from './dead-sources.js';
import { judgePicture, type PictureVerdict } from './judge-picture.js';
import { MAX_SCENES, readSample, SCENE_CELLS, type PictureSample } from './picture-sample.js';

const DARK = 16;

/** So many scenes, each as grey as `greyOf` says. */
function scenes(count: number, greyOf: (index: number) => number = (index) => (index * 37) % 200): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, i) => Buffer.alloc(SCENE_CELLS, greyOf(i))));
}

function aSample(changes: Partial<PictureSample> = {}, picture = scenes(12)): PictureSample {
  return { ...readSample('', picture), ...changes };
}

describe('what the detectors print', () => {
  it('is summed up, and what did not end lasts to the end', () => {
    const printed = [
      '[blackdetect @ 0x5] black_start:1 black_end:2.5 black_duration:1.5',
      '[blackdetect @ 0x5] black_start:4 black_end:5 black_duration:1',
      '[freezedetect @ 0x6] lavfi.freezedetect.freeze_start: 0.5',
      '[freezedetect @ 0x6] lavfi.freezedetect.freeze_duration: 1',
      '[freezedetect @ 0x6] lavfi.freezedetect.freeze_end: 1.5',
      '[freezedetect @ 0x6] lavfi.freezedetect.freeze_start: 4',
      '[silencedetect @ 0x7] silence_start: -0.02',
    ].join('\n');
    expect(readSample(printed, scenes(12))).toMatchObject({
      seconds: 6,
      black: 2.5,
      frozen: 3,
      silent: 6,
    });
  });

  it('counts for a good picture where its beginning was lost, and is never more than the sample', () => {
    const sample = readSample('freeze_end: 90\nblack_start:0 black_end:900', scenes(10));
    expect(sample).toMatchObject({ frozen: 0, black: 5 });
    expect(readSample('', Buffer.alloc(SCENE_CELLS * (MAX_SCENES + 5) + 3)).scenes).toHaveLength(MAX_SCENES);
  });
});

describe('how a picture looks', () => {
  const table: [string, Partial<PictureSample>, PictureVerdict][] = [
    ['moves and sounds', {}, 'fine'],
    ['is black', { black: 5.9, frozen: 5.9, silent: 6 }, 'black'],
    ['was black for a moment', { black: 2 }, 'fine'],
    ['stands still with music', { frozen: 5.6 }, 'frozen'],
    ['stood still for a scene', { frozen: 3.5 }, 'fine'],
    ['moves without a sound', { silent: 6 }, 'silent'],
    ['paused its speech', { silent: 4 }, 'fine'],
    ['was too short', { seconds: 2, black: 2 }, 'unsure'],
    ['had no pictures', { seconds: 0, scenes: [] }, 'unsure'],
  ];
  it.each(table)('one that %s', (_name, changes, verdict) => {
    expect(judgePicture(aSample(changes))).toBe(verdict);
  });

  it('is a slate when the same card stands there both times, though something in it moves', () => {
    const card = aSample(
      {},
      scenes(12, (i) => 90 + (i % 2)),
    );
    expect(judgePicture(card)).toBe('fine');
    expect(judgePicture(card, card)).toBe('slate');
    expect(
      judgePicture(
        card,
        aSample(
          {},
          scenes(12, () => DARK),
        ),
      ),
    ).toBe('fine');
  });
});

describe('sources that looked dead', () => {
  const options = { backoffMs: 1_000, maxBackoffMs: 3_000 };

  it('are gone through once; then the least bad goes on', () => {
    const dead = new DeadSources(options);
    expect(dead.confirm(1, 'black', [1, 2, 3], 0)).toEqual({ kind: 'leave' });
    expect(dead.confirm(2, 'silent', [1, 2, 3], 100)).toEqual({ kind: 'leave' });
    expect(dead.confirm(3, 'frozen', [1, 2, 3], 200)).toEqual({ kind: 'go-to', sourceId: 2 });
    expect(dead.confirm(2, 'silent', [1, 2, 3], 300)).toEqual({ kind: 'stay' });
  });

  it('stay where the others cannot be had', () => {
    const dead = new DeadSources(options);
    expect(dead.confirm(1, 'black', [1, 2], 0)).toEqual({ kind: 'leave' });
    expect(dead.confirm(1, 'black', [1, 2], 100)).toEqual({ kind: 'stay' });
  });

  it('stay where there is no other', () => {
    expect(new DeadSources(options).confirm(1, 'black', [1], 0)).toEqual({ kind: 'stay' });
  });

  it('are tried again after pauses that grow', () => {
    const dead = new DeadSources(options);
    const left = (at: number): boolean => dead.confirm(1, 'black', [1, 2], at).kind === 'leave';
    expect([left(0), left(999), left(1_000), left(2_999), left(3_000), left(5_999), left(6_000)]).toEqual([
      ...[true, false, true, false, true, false, true],
    ]);
  });

  it('are forgotten when their picture comes back', () => {
    const dead = new DeadSources(options);
    dead.confirm(1, 'black', [1, 2], 0);
    expect(dead.isMarked(1, 10)).toBe(true);
    dead.clear(1);
    expect(dead.isMarked(1, 10)).toBe(false);
    expect(dead.confirm(1, 'black', [1, 2], 20)).toEqual({ kind: 'leave' });
  });
});
