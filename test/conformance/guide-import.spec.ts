// Every recorded guide, from the file to what is served: nothing is lost on the way that the reader has found.
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createReadStream, readdirSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { AnyGuideReader } from '../../src/core/guide/any-guide.js';
import type { GuideSummary } from '../../src/core/xmltv/types.js';
import { unpack } from '../../src/epg/unpack.js';
import type { Database } from '../../src/platform/database/database.js';
import { TestStore } from '../contract/dialects.js';
import { GuideHouse } from '../fakes/guide-house.js';
import { describeWithService } from '../fakes/services.js';

const FOLDER = '../shared/data/xmltv';
/** Their programmes are long over: all of them are kept. */
const KEEP_DAYS = 30_000;

async function read(file: string): Promise<{ summary: GuideSummary; ids: Set<string> }> {
  const ids = new Set<string>();
  const reader = new AnyGuideReader({
    channel: ({ id }) => ids.add(id),
    programme: ({ channelId }) => ids.add(channelId),
  });
  for await (const chunk of unpack(createReadStream(file))) reader.write(chunk);
  return { summary: reader.end(), ids };
}

describeWithService('shared-data', 'recorded guides, brought in', () => {
  const store = new TestStore('sqlite');
  let database: Database;
  let house: GuideHouse;

  beforeAll(async () => {
    await store.make();
    database = await store.open();
    house = new GuideHouse(database, { dataDir: store.dataDir, guides: { keepDays: KEEP_DAYS } });
  });
  afterAll(async () => {
    await house.lifecycle.shutdown();
    await database.close();
    await store.drop();
  });

  const files = readdirSync(FOLDER).filter((name) => /\.xml(\.(gz|xz|zip))?$/.test(name));

  it.each(files)('%s', async (name) => {
    const file = path.resolve(FOLDER, name);
    const { summary, ids } = await read(file);
    const { id } = await house.guides.add({ url: pathToFileURL(file).href }, { allowFiles: true });
    const report = await house.refreshes.refresh(id, { force: true });
    if (summary.programmes === 0) {
      expect(report.status).toBe('failed');
      return;
    }
    expect(report).toMatchObject({ status: 'ok', channelsNamed: ids.size, bytes: summary.bytes });
    const { duplicate = 0, rival = 0, 'too-many-programmes': over = 0 } = report.problemsBy;
    expect(over).toBe(0);
    expect(report.programmes).toBe(summary.programmes - duplicate - rival);
    const channels = await house.programmes.servedChannels(id);
    expect(channels.map(({ xmltvId }) => xmltvId).sort()).toEqual([...ids].sort());
    let served = 0;
    for await (const { programmes } of house.programmes.pages(
      channels.map((channel) => channel.id),
      0,
      5_000_000_000,
    )) {
      served += programmes.length;
    }
    expect(served).toBe(report.programmes);
  });
});
