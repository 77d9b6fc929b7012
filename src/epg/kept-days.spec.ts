import { describe, expect, it } from '@jest/globals';
import { keptDays } from './kept-days.js';
import { LinkTable, type ChannelChoice, type LinkRow } from './link-table.js';

function link(channelId: number, guideChannelId: number, fields: Partial<LinkRow> = {}): LinkRow {
  return { channelId, guideChannelId, isManual: false, shiftMinutes: 0, ...fields };
}

function table(rows: LinkRow[], choices: [number, ChannelChoice][] = []): LinkTable {
  return new LinkTable(rows, new Map(choices), new Map());
}

describe('keptDays', () => {
  it('takes the longest archive of the channels of a guide channel', () => {
    const links = table([link(1, 10), link(2, 10), link(3, 11), link(4, 12)]);
    const archives = new Map([
      [1, 3],
      [2, 7],
      [3, 5],
    ]);
    expect([...keptDays(links, archives, 1)]).toEqual([
      [10, 7],
      [11, 5],
    ]);
  });

  it('says nothing of archives that are not longer than the default', () => {
    expect([...keptDays(table([link(1, 10)]), new Map([[1, 2]]), 2)]).toEqual([]);
  });

  it('keeps a day more of what is shown later than the guide says, not of what is shown earlier', () => {
    const links = table([link(1, 10, { shiftMinutes: 60 }), link(2, 11, { shiftMinutes: -60 })]);
    const archives = new Map([
      [1, 3],
      [2, 3],
    ]);
    expect([...keptDays(links, archives, 1)]).toEqual([
      [10, 4],
      [11, 3],
    ]);
  });

  it('goes by the links that are in use', () => {
    const choices: [number, ChannelChoice][] = [[1, { mode: 'none', shiftMinutes: 0, placeholder: null }]];
    expect([...keptDays(table([link(1, 10)], choices), new Map([[1, 9]]), 1)]).toEqual([]);
  });
});
