import { grown } from '../../core/util/grown.js';
import { TextList } from '../../core/util/text-list.js';
import type { LiveChannel } from '../../core/xtream/present-live.js';

export interface CatalogAiring {
  channel: LiveChannel;
  /** Epoch seconds. */
  start: number;
  stop: number;
  /** As the guide writes it. */
  title: string;
}

interface Columns {
  /** Places in the list of channels. */
  channels: Uint32Array;
  starts: Float64Array;
  stops: Float64Array;
  /** Places in the list of titles; `SAME` = the title of the film. */
  titles: Uint32Array;
}

const SAME = 0xffff_ffff;
const FIRST_ROWS = 4_096;
const ROWS_A_STEP = 4_096;

/** The showings of all films, by film and start: columns outside of the heap, of which the wanted few become objects. */
export class AiringTable {
  constructor(
    /** Where the rows of each film begin, and after the last where they end. */
    private readonly offsets: Uint32Array,
    private readonly columns: Columns,
    private readonly channels: readonly LiveChannel[],
    private readonly texts: TextList,
  ) {}

  countOf(film: number): number {
    return (this.offsets[film + 1] ?? 0) - (this.offsets[film] ?? 0);
  }

  /** Those that end later than `now`, in the order of their starts. `title` is that of the film. */
  after(film: number, now: number, title: string): CatalogAiring[] {
    const { starts, stops } = this.columns;
    const airings: CatalogAiring[] = [];
    for (let row = this.offsets[film] ?? 0; row < (this.offsets[film + 1] ?? 0); row++) {
      const channel = this.channelOf(row);
      const stop = stops[row] ?? 0;
      if (stop <= now || !channel) continue;
      airings.push({ channel, start: starts[row] ?? 0, stop, title: this.titleOf(row) ?? title });
    }
    return airings;
  }

  /** Start of the first that ends later than `now`, in epoch seconds. */
  nextStart(film: number, now: number): number | undefined {
    for (let row = this.offsets[film] ?? 0; row < (this.offsets[film + 1] ?? 0); row++) {
      if ((this.columns.stops[row] ?? 0) > now) return this.columns.starts[row];
    }
    return undefined;
  }

  /** When one of a film is over for the first time after `now`; Infinity = never again. Epoch seconds. */
  nextStop(film: number, now: number): number {
    let next = Infinity;
    for (let row = this.offsets[film] ?? 0; row < (this.offsets[film + 1] ?? 0); row++) {
      const stop = this.columns.stops[row] ?? 0;
      if (stop > now) next = Math.min(next, stop);
    }
    return next;
  }

  /** Whether a film has here what another one has there. Equal channels must be the same objects. */
  isAlike(film: number, other: AiringTable, otherFilm: number): boolean {
    const count = this.countOf(film);
    if (count !== other.countOf(otherFilm)) return false;
    const from = this.offsets[film] ?? 0;
    const otherFrom = other.offsets[otherFilm] ?? 0;
    for (let at = 0; at < count; at++) {
      if (!this.isSameRow(from + at, other, otherFrom + at)) return false;
    }
    return true;
  }

  private isSameRow(row: number, other: AiringTable, otherRow: number): boolean {
    return (
      this.columns.starts[row] === other.columns.starts[otherRow] &&
      this.columns.stops[row] === other.columns.stops[otherRow] &&
      this.channelOf(row) === other.channelOf(otherRow) &&
      this.titleOf(row) === other.titleOf(otherRow)
    );
  }

  private channelOf(row: number): LiveChannel | undefined {
    return this.channels[this.columns.channels[row] ?? SAME];
  }

  /** undefined = that of the film. */
  private titleOf(row: number): string | undefined {
    const title = this.columns.titles[row] ?? SAME;
    return title === SAME ? undefined : this.texts.get(title);
  }
}

export class AiringTableBuilder {
  private rows = columnsOf(FIRST_ROWS);
  private films = new Uint32Array(FIRST_ROWS);
  private readonly counts: Uint32Array;
  private count = 0;
  private readonly places = new Map<LiveChannel, number>();
  private readonly texts = new TextList();

  constructor(
    films: number,
    /** Showings kept of one film. */
    private readonly most: number,
  ) {
    this.counts = new Uint32Array(films);
  }

  countOf(film: number): number {
    return this.counts[film] ?? 0;
  }

  /** `title` null = that of the film. */
  add(film: number, channel: LiveChannel, start: number, stop: number, title: string | null): void {
    if (this.countOf(film) >= this.most) return;
    const row = this.count++;
    this.makeRoom();
    this.films[row] = film;
    this.counts[film] = this.countOf(film) + 1;
    this.rows.channels[row] = this.placeOf(channel);
    this.rows.starts[row] = start;
    this.rows.stops[row] = stop;
    this.rows.titles[row] = title === null ? SAME : this.texts.add(title);
  }

  /** Of these films alone, in this order. Pauses now and then. */
  *build(kept: Uint32Array): Generator<void, AiringTable> {
    const offsets = new Uint32Array(kept.length + 1);
    const next = new Float64Array(this.counts.length).fill(-1);
    for (const [at, film] of kept.entries()) {
      next[film] = offsets[at] ?? 0;
      offsets[at + 1] = (offsets[at] ?? 0) + this.countOf(film);
    }
    yield;
    const order = new Uint32Array(offsets[kept.length] ?? 0);
    for (let row = 0; row < this.count; row++) {
      const film = this.films[row] ?? 0;
      const place = next[film] ?? -1;
      if (place >= 0) {
        order[place] = row;
        next[film] = place + 1;
      }
      if (row % ROWS_A_STEP === 0) yield;
    }
    const { starts } = this.rows;
    for (let at = 0; at < kept.length; at++) {
      const own = order.subarray(offsets[at], offsets[at + 1]);
      if (own.length > 1) own.sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0) || a - b);
      if (at % 512 === 0) yield;
    }
    const columns = yield* inOrder(this.rows, order);
    return new AiringTable(offsets, columns, [...this.places.keys()], this.texts);
  }

  private makeRoom(): void {
    const { rows, count } = this;
    this.films = grown(this.films, count, Uint32Array);
    rows.channels = grown(rows.channels, count, Uint32Array);
    rows.starts = grown(rows.starts, count, Float64Array);
    rows.stops = grown(rows.stops, count, Float64Array);
    rows.titles = grown(rows.titles, count, Uint32Array);
  }

  private placeOf(channel: LiveChannel): number {
    let place = this.places.get(channel);
    if (place === undefined) this.places.set(channel, (place = this.places.size));
    return place;
  }
}

function columnsOf(rows: number): Columns {
  return {
    channels: new Uint32Array(rows),
    starts: new Float64Array(rows),
    stops: new Float64Array(rows),
    titles: new Uint32Array(rows),
  };
}

function* inOrder(rows: Columns, order: Uint32Array): Generator<void, Columns> {
  const sorted = columnsOf(order.length);
  for (let at = 0; at < order.length; at++) {
    const row = order[at] ?? 0;
    sorted.channels[at] = rows.channels[row] ?? 0;
    sorted.starts[at] = rows.starts[row] ?? 0;
    sorted.stops[at] = rows.stops[row] ?? 0;
    sorted.titles[at] = rows.titles[row] ?? SAME;
    if (at % ROWS_A_STEP === 0) yield;
  }
  return sorted;
}
