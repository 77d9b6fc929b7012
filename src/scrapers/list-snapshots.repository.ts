import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { PackedChannels, type ImportChannel } from '../channels/import-set.js';
import { Database } from '../platform/database/database.js';
import { ListSnapshot } from './list-snapshot.entity.js';
import { ListSource } from './list-source.entity.js';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Slices of an import per row: some hundred kilobytes of JSON. */
const SLICES_PER_ROW = 12;
/** A damaged row is not unpacked for ever. */
const MAX_ROW_BYTES = 256 * 1024 * 1024;

/** What lists said when they were applied. Of each the last two are kept: the one in force, and the one before. */
@Injectable()
export class ListSnapshotsRepository {
  constructor(private readonly database: Database) {}

  /** Stores what was just applied; what was in force becomes the one before. */
  async save(listSourceId: number, channels: PackedChannels): Promise<void> {
    const source = await this.database.read.findOneBy(ListSource, { id: listSourceId });
    if (!source) return;
    const { generation, previousGeneration } = source;
    const next = Math.max(generation ?? 0, previousGeneration ?? 0) + 1;
    const { texts } = channels;
    for (let at = 0; at < texts.length; at += SLICES_PER_ROW) {
      const data = await deflate(Buffer.from(`[${texts.slice(at, at + SLICES_PER_ROW).join(',')}]`));
      const row = { listSourceId, generation: next, position: at, channelCount: channels.total, data };
      await this.database.write('keep list', (manager) => manager.upsert(ListSnapshot, row, KEY));
    }
    await this.database.write('keep list', async (manager) => {
      await manager.update(
        ListSource,
        { id: listSourceId },
        { generation: next, previousGeneration: generation },
      );
      const kept = generation === null ? [next] : [next, generation];
      await manager.delete(ListSnapshot, { listSourceId, generation: Not(In(kept)) });
    });
  }

  async read(listSourceId: number, generation: number): Promise<PackedChannels> {
    const channels = new PackedChannels();
    const keys: string[] = [];
    const groups = new Set<string>();
    const rows = await this.database.read.find(ListSnapshot, {
      select: { listSourceId: true, generation: true, position: true },
      where: { listSourceId, generation },
      order: { position: 'ASC' },
    });
    for (const { position } of rows) {
      const row = await this.database.read.findOneByOrFail(ListSnapshot, {
        listSourceId,
        generation,
        position,
      });
      const text = (await inflate(row.data, { maxOutputLength: MAX_ROW_BYTES })).toString();
      for (const slice of JSON.parse(text) as ImportChannel[][]) {
        channels.add(JSON.stringify(slice), slice.length);
        for (const { identityKey, group } of slice) {
          keys.push(identityKey);
          groups.add(group);
        }
      }
    }
    channels.keys = keys;
    channels.groups = [...groups];
    return channels;
  }
}

const KEY = ['listSourceId', 'generation', 'position'];
