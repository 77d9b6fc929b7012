import { describe, expect, it } from '@jest/globals';
import { aChannel } from '../../test/builders/catalog-builder.js';
import { FakeClock } from '../../test/fakes/fake-clock.js';
import { LinkTable, type LinkRow } from '../epg/link-table.js';
import { withGuideIds } from './guide-ids.js';
import { Slicer } from './slicer.js';

const link = (channelId: number, guideChannelId: number, shiftMinutes = 0): LinkRow => ({
  channelId,
  guideChannelId,
  shiftMinutes,
  isManual: false,
});

async function idsOf(
  channels: readonly (readonly [id: number, listed: string, name?: string])[],
  links: readonly LinkRow[],
): Promise<string[]> {
  const built = channels.map(([id, epgChannelId, name = `C ${id}`]) => aChannel({ id, epgChannelId, name }));
  const table = new LinkTable(links, new Map(), new Map());
  const resolved = await withGuideIds(built, table, new Slicer(new FakeClock(), 5));
  return resolved.map(({ epgChannelId }) => epgChannelId);
}

describe('guide ids', () => {
  it('are those of the lists, with and without a guide', async () => {
    const channels = [
      [1, 'uno.es'],
      [2, 'uno.es'],
      [3, 'Dos HD'],
      [4, ''],
    ] as const;
    const listed = ['uno.es', 'uno.es', 'Dos HD', ''];
    expect(await idsOf(channels, [])).toEqual(listed);
    expect(await idsOf(channels, [link(1, 70), link(2, 70), link(3, 71)])).toEqual(listed);
  });

  it('are made for channels that have a guide or a placeholder and no id', async () => {
    expect(
      await idsOf(
        [
          [1, ''],
          [2, '', 'Films 24/7'],
          [3, '', 'UFC 300 | 21:00'],
          [4, ''],
        ],
        [link(1, 70)],
      ),
    ).toEqual(['channel-1.rooftop', 'channel-2.rooftop', 'channel-3.rooftop', '']);
  });

  it('part channels that share one but not their programmes', async () => {
    const channels = [
      [1, 'uno.es'],
      [2, 'uno.es'],
      [3, 'uno.es'],
      [4, 'uno.es'],
    ] as const;
    expect(await idsOf(channels, [link(2, 70), link(3, 70, 60), link(4, 70)])).toEqual([
      'channel-1.rooftop',
      'uno.es',
      'channel-3.rooftop',
      'uno.es',
    ]);
  });
});
