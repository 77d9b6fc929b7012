import { Injectable } from '@nestjs/common';
import { AuditRepository } from '../../platform/audit/audit.repository.js';
import { differences } from '../../platform/audit/changes.js';
import { BulkRows } from '../../platform/database/bulk-rows.js';
import { Database, findForUpdate, touch } from '../../platform/database/database.js';
import { FilmEdit } from '../film-edit.entity.js';
import { Film } from '../film.entity.js';
import { Series } from '../series.entity.js';
import {
  EDITABLE_FIELDS,
  SERIES_FIELDS,
  type EditableField,
  type EditableFilm,
  type FilmInput,
  type SeriesInput,
} from './film-rules.js';

/** Films and series as people change them; each change is written down in its own transaction. */
@Injectable()
export class FilmEditsRepository {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditRepository,
  ) {}

  /** `more` goes along where something changed. False = there is no such film. */
  edit(id: number, input: FilmInput, more: (film: Film) => Partial<Film>): Promise<boolean> {
    return this.database.write('edit a film', async (manager) => {
      const [film] = await findForUpdate(manager, Film, { id });
      if (!film) return false;
      const changes = differences(film, input);
      if (Object.keys(changes).length === 0) return true;
      const edited = EDITABLE_FIELDS.filter((field) => field in changes);
      const known = await manager.findOneBy(FilmEdit, { filmId: id });
      const told = { ...pick(film, edited), ...known?.told };
      if (edited.length > 0) await manager.upsert(FilmEdit, { filmId: id, told }, ['filmId']);
      const editedFields = [...new Set([...film.editedFields, ...edited])];
      await new BulkRows(manager, Film).update([id], { ...changed(changes), ...more(film), editedFields });
      await this.audit.record(manager, ['film', 'change'], id, changes);
      await touch(manager, 'films');
      return true;
    });
  }

  /** Gives fields back to guides and lists, as they told them before. False = there is no such film. */
  reset(id: number, fields: readonly EditableField[], more: (film: Film) => Partial<Film>): Promise<boolean> {
    return this.database.write('reset a film', async (manager) => {
      const [film] = await findForUpdate(manager, Film, { id });
      if (!film) return false;
      const given = fields.filter((field) => film.editedFields.includes(field));
      if (given.length === 0) return true;
      const { told = {} } = (await manager.findOneBy(FilmEdit, { filmId: id })) ?? {};
      const before = pick(told, given);
      const left = Object.fromEntries(Object.entries(told).filter(([name]) => !(name in before)));
      await manager.upsert(FilmEdit, { filmId: id, told: left }, ['filmId']);
      const editedFields = film.editedFields.filter((name) => !given.includes(name as EditableField));
      await new BulkRows(manager, Film).update([id], { ...before, ...more(film), editedFields });
      await this.audit.record(manager, ['film', 'reset'], id, differences(film, before));
      await touch(manager, 'films');
      return true;
    });
  }

  /** False = there is no such series. */
  editSeries(id: number, input: SeriesInput, now: number): Promise<boolean> {
    return this.database.write('edit a series', async (manager) => {
      const [series] = await findForUpdate(manager, Series, { id });
      if (!series) return false;
      const changes = differences(series, input);
      if (Object.keys(changes).length === 0) return true;
      const edited = SERIES_FIELDS.filter((field) => field in changes);
      const editedFields = [...new Set([...series.editedFields, ...edited])];
      await new BulkRows(manager, Series).update([id], { ...changed(changes), editedFields, updatedAt: now });
      await this.audit.record(manager, ['series', 'change'], id, changes);
      await touch(manager, 'films');
      return true;
    });
  }
}

function pick(film: Partial<EditableFilm>, fields: readonly EditableField[]): Partial<EditableFilm> {
  return Object.fromEntries(fields.flatMap((field) => (field in film ? [[field, film[field]]] : [])));
}

/** The new values. */
function changed(changes: ReturnType<typeof differences>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(changes).map(([field, change]) => [field, newValue(change)]));
}

function newValue(change: unknown): unknown {
  return typeof change === 'object' && change !== null && 'to' in change ? change.to : undefined;
}
