import { placeOfId } from '../../core/util/sorted-ids.js';
import type { FilmSource } from './film-source.js';

/** Ids that players remember of films that were merged, and the films that stand for them. */
export class MergedIds {
  private constructor(
    private readonly ids: Float64Array,
    private readonly standing: Float64Array,
  ) {}

  static async read(source: Pick<FilmSource, 'merged'>, most: number): Promise<MergedIds> {
    const merged: { id: number; standingId: number }[] = [];
    for await (const rows of source.merged()) {
      merged.push(...rows.slice(0, most - merged.length));
      if (merged.length >= most) break;
    }
    merged.sort((a, b) => a.id - b.id);
    return new MergedIds(
      Float64Array.from(merged, ({ id }) => id),
      Float64Array.from(merged, ({ standingId }) => standingId),
    );
  }

  /** The id of the film that is meant. */
  standingFor(id: number): number {
    return this.standing[placeOfId(this.ids, id)] ?? id;
  }
}
