export interface ImportSource {
  kind: string;
  locator: string;
  fingerprint: string;
  label: string;
  userAgent: string | null;
  headers: Record<string, string>;
}

export interface ImportChannel {
  identityKey: string;
  /** Keys the channel may have had before, e.g. while the list gave no guide id. */
  otherKeys: readonly string[];
  name: string;
  group: string;
  logo: string;
  tvgId: string;
  /** To be added to the times of the guide; absent = 0, as in what was kept before there was such a thing. */
  guideShiftMinutes?: number;
  /** Number the list asks for, or null. */
  num: number | null;
  isAdult: boolean;
  /** In order of preference; never empty. */
  sources: ImportSource[];
}

/** The channels of one list, on their way in. */
export interface ImportSet {
  readonly total: number;
  /** Identity keys of all of them. */
  readonly keys: Iterable<string>;
  /** Every group name, once or more. */
  readonly groups: Iterable<string>;
  /** All of them in order, a few at a time. May be asked for again. */
  slices(): Iterable<readonly ImportChannel[]>;
}

export function importSet(channels: readonly ImportChannel[], perSlice: number): ImportSet {
  return {
    total: channels.length,
    keys: channels.map(({ identityKey }) => identityKey),
    groups: new Set(channels.map(({ group }) => group)),
    *slices() {
      for (let start = 0; start < channels.length; start += perSlice) {
        yield channels.slice(start, start + perSlice);
      }
    },
  };
}

/**
 * Rows as texts of JSON, one a slice. Tens of thousands of small objects that wait for their turn would make every
 * garbage collection of the server a long one.
 */
export class PackedRows<T> {
  private readonly packed: string[] = [];
  total = 0;

  add(slice: string, count: number): void {
    this.packed.push(slice);
    this.total += count;
  }

  /** One slice each, as JSON. */
  get texts(): readonly string[] {
    return this.packed;
  }

  *slices(): Generator<T[]> {
    for (const slice of this.packed) yield JSON.parse(slice) as T[];
  }

  unpack(): T[] {
    return [...this.slices()].flat();
  }
}

export class PackedChannels extends PackedRows<ImportChannel> implements ImportSet {
  keys: readonly string[] = [];
  groups: readonly string[] = [];
}
