import { grown } from '../util/grown.js';
import { TextTable } from '../util/text-table.js';

/** Others than each other's multiples, so that no two of these grow in the same turn of the event loop. */
const FIRST = { firsts: 1_100, lasts: 1_500, nexts: 1_900 } as const;

/**
 * Films under keys, several under one: chains of numbers outside of the heap, for a list per key would be another two
 * hundred thousand objects.
 */
export class FilmsByKey<Film> {
  private readonly keys: TextTable;
  private readonly films: Film[] = [];
  /** Of each key the first and the last film, of each film the next of the same key; 0 = none, numbers from 1. */
  private firsts = new Uint32Array(FIRST.firsts);
  private lasts = new Uint32Array(FIRST.lasts);
  private nexts = new Uint32Array(FIRST.nexts);

  /** `fullest`: see `TextTable`. */
  constructor(fullest?: number) {
    this.keys = new TextTable(fullest);
  }

  /** Once of each pair. */
  add(key: string, film: Film): void {
    const at = this.keys.add(key);
    const number = this.films.push(film);
    this.firsts = grown(this.firsts, at + 1, Uint32Array);
    this.lasts = grown(this.lasts, at + 1, Uint32Array);
    this.nexts = grown(this.nexts, number + 1, Uint32Array);
    const last = this.lasts[at] ?? 0;
    if (last === 0) this.firsts[at] = number;
    else this.nexts[last] = number;
    this.lasts[at] = number;
  }

  /** In the order they were added. */
  of(key: string): Film[] {
    const found: Film[] = [];
    const at = this.keys.find(key);
    for (let number = at === undefined ? 0 : this.firsts[at]; number; number = this.nexts[number]) {
      const film = this.films[number - 1];
      if (film !== undefined) found.push(film);
    }
    return found;
  }
}
