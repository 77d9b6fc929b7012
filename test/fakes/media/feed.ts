import type { MediaSource, MediaUnit } from './media-source.js';

/** One broadcast, read by several pumps: units have running numbers, and a short past is kept. */
export class Feed {
  private readonly units: MediaUnit[] = [];
  private first = 0;

  constructor(
    readonly source: MediaSource,
    private readonly keepUnits = 512,
  ) {}

  /** Number of the unit that comes next. */
  get head(): number {
    return this.first + this.units.length;
  }

  /** The unit with this number, or the oldest one at hand if it is gone, and the number to ask for next. */
  read(index: number): { unit: MediaUnit; next: number } {
    const at = Math.max(index, this.first);
    while (this.head <= at) this.units.push(this.source.next());
    const unit = this.units[at - this.first] as MediaUnit;
    while (this.units.length > this.keepUnits) {
      this.units.shift();
      this.first++;
    }
    return { unit, next: at + 1 };
  }
}
