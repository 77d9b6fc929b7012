import { Injectable } from '@nestjs/common';
import { In, Not } from 'typeorm';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import { PackedChannels, PackedRows, type ImportChannel } from '../channels/import-set.js';
import { Database } from '../platform/database/database.js';
import { ListSnapshot } from './list-snapshot.entity.js';
import { ListSource } from './list-source.entity.js';
import type { ListedFilm, PackedFilms } from './listed-film.js';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** Slices of an import per row: some hundred kilobytes of JSON. */
const SLICES_PER_ROW = 12;
/** A damaged row is not unpacked for ever. */
const MAX_ROW_BYTES = 256 * 1024 * 1024;

export interface KeptList {
  channels: PackedChannels;
  films: PackedFilms;
}

/** What lists said when they were applied. Of each the last two are kept: the one in force, and the one before. */
@Injectable()
export class ListSnapshotsRepository {
  constructor(private readonly database: Database) {}

  /** Stores what was just applied; what was in force becomes the one before. */
  async save(listSourceId: number, channels: PackedChannels, films: PackedFilms): Promise<void> {
    const source = await this.database.read.findOneBy(ListSource, { id: listSourceId });
    if (!source) return;
    const { generation, previousGeneration } = source;
    const next = Math.max(generation ?? 0, previousGeneration ?? 0) + 1;
    const place = { listSourceId, generation: next };
    await this.saveRows({ ...place, content: 'channels', channelCount: channels.total }, channels.texts, 0);
    const behind = channels.texts.length;
    await this.saveRows({ ...place, content: 'films', channelCount: films.total }, films.texts, behind);
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

  async read(listSourceId: number, generation: number): Promise<KeptList> {
    const channels = new PackedChannels();
    const keys: string[] = [];
    const groups = new Set<string>();
    for await (const slice of this.slices<ImportChannel>(listSourceId, generation, 'channels')) {
      channels.add(JSON.stringify(slice), slice.length);
      for (const { identityKey, group } of slice) {
        keys.push(identityKey);
        groups.add(group);
      }
    }
    channels.keys = keys;
    channels.groups = [...groups];
    const films = new PackedRows<ListedFilm>();
    for await (const slice of this.slices<ListedFilm>(listSourceId, generation, 'films')) {
      films.add(JSON.stringify(slice), slice.length);
    }
    return { channels, films };
  }

  private async saveRows(
    fields: Omit<ListSnapshot, 'position' | 'data' | 'list'>,
    texts: readonly string[],
    firstPosition: number,
  ): Promise<void> {
    for (let at = 0; at < texts.length; at += SLICES_PER_ROW) {
      const data = await deflate(Buffer.from(`[${texts.slice(at, at + SLICES_PER_ROW).join(',')}]`));
      const row = { ...fields, position: firstPosition + at, data };
      await this.database.write('keep list', (manager) => manager.upsert(ListSnapshot, row, KEY));
    }
  }

  private async *slices<T>(
    listSourceId: number,
    generation: number,
    content: ListSnapshot['content'],
  ): AsyncGenerator<T[]> {
    const rows = await this.database.read.find(ListSnapshot, {
      select: { listSourceId: true, generation: true, position: true },
      where: { listSourceId, generation, content },
      order: { position: 'ASC' },
    });
    for (const { position } of rows) {
      const place = { listSourceId, generation, position };
      const row = await this.database.read.findOneByOrFail(ListSnapshot, place);
      const text = (await inflate(row.data, { maxOutputLength: MAX_ROW_BYTES })).toString();
      yield* JSON.parse(text) as T[][];
    }
  }
}

const KEY = ['listSourceId', 'generation', 'position'];
