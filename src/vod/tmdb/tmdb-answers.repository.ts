import { Injectable } from '@nestjs/common';
import { LessThan } from 'typeorm';
import { Database } from '../../platform/database/database.js';
import { TmdbAnswer } from './tmdb-answer.entity.js';

const SLICE = 200;

/** Answers of TMDB that are kept. */
@Injectable()
export class TmdbAnswersRepository {
  constructor(private readonly database: Database) {}

  find(key: string): Promise<TmdbAnswer | null> {
    return this.database.read.findOneBy(TmdbAnswer, { key });
  }

  async save(answer: TmdbAnswer): Promise<void> {
    await this.database.write('keep an answer of TMDB', (manager) =>
      manager.upsert(TmdbAnswer, answer, ['key']),
    );
  }

  /** Removes what expired before `before` (epoch seconds), and the oldest beyond `most`, in slices. */
  async prune(before: number, most: number): Promise<number> {
    let removed = 0;
    for (;;) {
      const count = await this.database.read.count(TmdbAnswer);
      const where = count > most ? {} : { expiresAt: LessThan(before) };
      const take = count > most ? Math.min(SLICE, count - most) : SLICE;
      const old = await this.database.read.find(TmdbAnswer, {
        select: { key: true },
        where,
        order: { expiresAt: 'ASC' },
        take,
      });
      if (old.length === 0) return removed;
      const keys = old.map(({ key }) => key);
      await this.database.write('forget answers of TMDB', (manager) => manager.delete(TmdbAnswer, keys));
      removed += keys.length;
    }
  }
}
