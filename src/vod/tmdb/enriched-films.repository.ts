import { Injectable } from '@nestjs/common';
import { Brackets } from 'typeorm';
import { AuditRepository } from '../../platform/audit/audit.repository.js';
import { BulkRows } from '../../platform/database/bulk-rows.js';
import { Database, findForUpdate, touch } from '../../platform/database/database.js';
import { FilmDecision } from '../film-decision.entity.js';
import { Film } from '../film.entity.js';

/** How long a film is left as it is, in seconds. */
export interface CheckEvery {
  known: number;
  unknown: number;
}

/** What the log of changes calls a decision. */
const ACTION_OF = { match: 'match', 'not-a-film': 'reject', none: 'release' } as const;

/** Films as the search at TMDB reads and writes them. */
@Injectable()
export class EnrichedFilmsRepository {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditRepository,
  ) {}

  film(id: number): Promise<Film | null> {
    return this.database.read.findOneBy(Film, { id });
  }

  decision(identityKey: string): Promise<FilmDecision | null> {
    return this.database.read.findOneBy(FilmDecision, { identityKey });
  }

  /**
   * Writes what `change` says, unless a person decided otherwise since `seen` was read: then nothing is written and the
   * answer is false. Fields that a person set stay.
   */
  update(id: number, seen: FilmDecision | null, change: (film: Film) => Partial<Film>): Promise<boolean> {
    return this.database.write('what TMDB knows', async (manager) => {
      const [film] = await findForUpdate(manager, Film, { id });
      if (!film) return true;
      const decision = await manager.findOneBy(FilmDecision, { identityKey: film.identityKey });
      if (decision?.kind !== seen?.kind || decision?.tmdbId !== seen?.tmdbId) return false;
      const wanted = Object.entries(change(film)).filter(([field]) => !film.editedFields.includes(field));
      await new BulkRows(manager, Film).update([id], Object.fromEntries(wanted));
      await touch(manager, 'films');
      return true;
    });
  }

  /** Remembers what a person decided (null = nothing any more), and changes the film with it. False = no such film. */
  decide(
    id: number,
    decision: Pick<FilmDecision, 'kind' | 'tmdbId' | 'decidedAt'> | null,
    change: (film: Film) => Partial<Film>,
  ): Promise<boolean> {
    return this.database.write('decide about a film', async (manager) => {
      const [film] = await findForUpdate(manager, Film, { id });
      if (!film) return false;
      const { identityKey } = film;
      if (decision === null) await manager.delete(FilmDecision, { identityKey });
      else await manager.upsert(FilmDecision, { identityKey, ...decision }, ['identityKey']);
      await new BulkRows(manager, Film).update([id], change(film));
      await this.audit.record(manager, ['film', ACTION_OF[decision?.kind ?? 'none']], id, {
        title: film.title,
        tmdbId: { from: film.tmdbId, to: decision?.tmdbId ?? null },
      });
      await touch(manager, 'films');
      return true;
    });
  }

  /** Films that TMDB has not been asked about for long, those never asked first. Retired and rejected ones rest. */
  async due(now: number, every: CheckEvery, most: number): Promise<number[]> {
    const rows: { id: number }[] = await this.database.read
      .createQueryBuilder(Film, 'film')
      .select('film.id', 'id')
      .where("film.state <> 'rejected'")
      .andWhere('film.retired_at IS NULL')
      .andWhere(
        new Brackets((or) =>
          or
            .where('film.tmdb_checked_at IS NULL')
            .orWhere("film.tmdb_status IN ('match', 'manual') AND film.tmdb_checked_at < :known")
            .orWhere("film.tmdb_status NOT IN ('match', 'manual') AND film.tmdb_checked_at < :unknown"),
        ),
      )
      .setParameters({ known: now - every.known, unknown: now - every.unknown })
      .orderBy('CASE WHEN film.tmdb_checked_at IS NULL THEN 0 ELSE 1 END')
      .addOrderBy('film.id')
      .limit(most)
      .getRawMany();
    return rows.map(({ id }) => id);
  }
}
