import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AiringTableBuilder, type AiringTable } from './airing-table.js';

const CHANNELS = [1, 2, 3].map((id) => ({
  ...{ id, name: `Channel ${id}`, num: id, categoryId: 1, logo: '', epgChannelId: '' },
  ...{ addedAt: 0, isAdult: false, archiveDays: 0 },
}));
const [ONE, TWO] = CHANNELS as [(typeof CHANNELS)[0], (typeof CHANNELS)[0]];

function built(builder: AiringTableBuilder, kept: readonly number[]): AiringTable {
  const building = builder.build(Uint32Array.from(kept));
  for (;;) {
    const { done, value } = building.next();
    if (done) return value;
  }
}

describe('showings of all films', () => {
  const builder = new AiringTableBuilder(4, 3);
  builder.add(2, ONE, 300, 400, null);
  builder.add(0, TWO, 100, 500, 'As the guide has it');
  builder.add(2, TWO, 100, 200, 'Another');
  for (let times = 0; times < 5; times++) builder.add(3, ONE, times, 100 + times, null);
  const table = built(builder, [0, 2, 3]);

  it('are told of one film in the order of their starts, without those that are over', () => {
    expect(table.after(1, 0, 'Film')).toEqual([
      { channel: TWO, start: 100, stop: 200, title: 'Another' },
      { channel: ONE, start: 300, stop: 400, title: 'Film' },
    ]);
    expect(table.after(1, 200, 'Film').map(({ start }) => start)).toEqual([300]);
    expect(table.after(1, 400, 'Film')).toEqual([]);
    expect(table.after(0, 0, 'Film')[0]?.channel).toBe(TWO);
  });

  it('say when the next begins, and when the first is over', () => {
    expect([0, 200, 400].map((now) => table.nextStart(1, now))).toEqual([100, 300, undefined]);
    expect([0, 200, 400].map((now) => table.nextStop(1, now))).toEqual([200, 400, Infinity]);
  });

  it('are so many at most, those that came first', () => {
    expect(builder.countOf(3)).toBe(3);
    expect(table.after(2, 0, 'Film').map(({ start }) => start)).toEqual([0, 1, 2]);
  });

  it('are alike where all of them are', () => {
    const other = new AiringTableBuilder(2, 3);
    other.add(1, TWO, 100, 200, 'Another');
    other.add(1, ONE, 300, 400, null);
    other.add(0, TWO, 100, 500, 'Otherwise');
    const again = built(other, [1, 0]);
    expect([again.isAlike(0, table, 1), again.isAlike(1, table, 0), again.isAlike(0, table, 2)]).toEqual([
      true,
      false,
      false,
    ]);
    const moved = new AiringTableBuilder(1, 3);
    moved.add(0, { ...TWO }, 100, 500, 'As the guide has it');
    expect(built(moved, [0]).isAlike(0, table, 0)).toBe(false);
  });

  it('are what was added, of any films in any order', () => {
    const rows = fc.array(
      fc.record({ film: fc.nat(5), at: fc.nat(2), start: fc.nat(50), length: fc.nat(50) }),
    );
    fc.assert(
      fc.property(rows, (added) => {
        const all = new AiringTableBuilder(6, 1_000);
        const channelOf = (at: number): (typeof CHANNELS)[0] => CHANNELS[at] ?? ONE;
        for (const { film, at, start, length } of added) {
          all.add(film, channelOf(at), start, start + length, length % 2 === 0 ? null : `${length}`);
        }
        const result = built(all, [0, 1, 2, 3, 4, 5]);
        for (let film = 0; film < 6; film++) {
          const own = added.filter((row) => row.film === film && row.start + row.length > 25);
          const told = own.map(({ at, start, length }) => ({
            ...{ channel: channelOf(at), start, stop: start + length },
            title: length % 2 === 0 ? 'F' : `${length}`,
          }));
          expect(result.after(film, 25, 'F')).toEqual(told.sort((a, b) => a.start - b.start));
        }
      }),
    );
  });
});
