import { describe, expect, it } from '@jest/globals';
import { PLACED, StreamSource } from '../channels/stream-source.entity.js';
import { newRecord, observed, type SourceRecord } from '../core/health/source-record.js';
import { inTrialOrder } from '../core/health/source-score.js';
import { rankedChannels } from './ranked-sources.js';

const NOW = 1_800_000_000;
const GONE = { kind: 'failure', failure: 'not-found', detail: 'gone', isLasting: true } as const;

describe('the sources that playback tries', () => {
  const records = new Map<number, SourceRecord>([
    [1, observed(newRecord(NOW), GONE, NOW)],
    [3, observed(newRecord(NOW), { kind: 'picture', waitSeconds: 1 }, NOW)],
  ]);

  async function orderOf(...placed: number[]): Promise<number[]> {
    const rows = [1, 2, 3].map((id) =>
      Object.assign(new StreamSource(), {
        id,
        kind: 'http',
        locator: `http://tv.invalid/${id}`,
        userAgent: null,
        headers: {},
        allowPrivate: false,
        listSourceId: 7,
        editedFields: placed.includes(id) ? ['priority', PLACED] : [],
      }),
    );
    const channels = rankedChannels(
      { findVisible: () => Promise.resolve(null), sourcesOf: () => Promise.resolve(rows) },
      { inOrder: (sources) => inTrialOrder(sources, (id) => records.get(id), NOW) },
      {
        streamTerms: () =>
          Promise.resolve({ limits: new Map([[7, 2]]), proxies: new Map(), requests: new Map() }),
      },
    );
    const sources = await channels.sourcesOf(1);
    expect(sources.every(({ provider }) => provider?.maxConnections === 2)).toBe(true);
    return sources.map(({ id }) => id);
  }

  it('come by their health, dead ones last', async () => {
    expect(await orderOf()).toEqual([3, 2, 1]);
  });

  it('come as a person placed them, but for dead ones', async () => {
    expect(await orderOf(2)).toEqual([2, 3, 1]);
    expect(await orderOf(1, 2)).toEqual([2, 3, 1]);
  });
});
