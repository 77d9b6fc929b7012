import { Injectable } from '@nestjs/common';
import { In, MoreThan } from 'typeorm';
import { Database } from '../database/database.js';
import { ImageSource } from './image-source.entity.js';
import { StoredImage } from './image.entity.js';
import { nextTurn } from '../turns.js';

const READ_SLICE = 500;
const DELETE_SLICE = 50;

/** Rows of the image store. */
@Injectable()
export class ImagesRepository {
  constructor(private readonly database: Database) {}

  /** All of them, in slices. */
  async *sources(): AsyncGenerator<ImageSource> {
    for (let last = ''; ; await nextTurn()) {
      const rows = await this.database.read.find(ImageSource, {
        where: { urlHash: MoreThan(last) },
        order: { urlHash: 'ASC' },
        take: READ_SLICE,
      });
      yield* rows;
      if (rows.length < READ_SLICE) return;
      last = rows.at(-1)?.urlHash ?? '';
    }
  }

  find(hash: string): Promise<StoredImage | null> {
    return this.database.read.findOneBy(StoredImage, { hash });
  }

  async totalBytes(): Promise<number> {
    return (await this.database.read.sum(StoredImage, 'bytes')) ?? 0;
  }

  async save(source: ImageSource, image: StoredImage | null): Promise<void> {
    await this.database.write('store an image', async (manager) => {
      if (image) await manager.upsert(StoredImage, image, ['hash']);
      await manager.upsert(ImageSource, source, ['urlHash']);
    });
  }

  async markUsed(hashes: readonly string[], nowSeconds: number): Promise<void> {
    if (hashes.length === 0) return;
    await this.database.write('images were seen', (manager) =>
      manager.update(StoredImage, { hash: In([...hashes]) }, { usedAt: nowSeconds }),
    );
  }

  /** Those that nobody looked at for longest. */
  oldest(): Promise<StoredImage[]> {
    return this.database.read.find(StoredImage, { order: { usedAt: 'ASC' }, take: DELETE_SLICE });
  }

  async forget(hashes: readonly string[]): Promise<void> {
    await this.database.write('forget images', async (manager) => {
      await manager.delete(ImageSource, { imageHash: In([...hashes]) });
      await manager.delete(StoredImage, { hash: In([...hashes]) });
    });
  }
}
