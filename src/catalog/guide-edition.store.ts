import { open, rm, type FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { crcJoin } from '../core/util/crc-combine.js';
import type { EditionFiles } from '../epg/edition/edition-job.js';
import { sendRanges, StepMemory, write } from './send-ranges.store.js';
import type { ByteRange } from './send-ranges.store.js';
import type { Slicer } from './slicer.js';

/** Days since the epoch, both included. */
export interface DaySpan {
  first: number;
  last: number;
}

export type EditionForm = 'plain' | 'packed';

/** Some pieces of an edition, in a row. */
export interface Selection {
  plain: ByteRange[];
  packed: ByteRange[];
  plainBytes: number;
  packedBytes: number;
  /** CRC-32 of the plain bytes. */
  crc: number;
}

const CHECK_EVERY = 64;
const memory = new StepMemory();

/**
 * One edition of the guide, open for reading. Its files have no name any more once it is retired, and go with the last
 * reader; of one that is closed they stay for the next start.
 */
export class GuideEdition {
  private readonly indexOf: Map<string, number>;
  private readers = 0;
  private isOver = false;

  private constructor(
    private readonly files: EditionFiles,
    guideIds: readonly string[],
    private readonly handles: Record<EditionForm, FileHandle>,
    /** Epoch seconds. */
    readonly madeAt: number,
    private readonly background: (work: Promise<void>) => void,
  ) {
    this.indexOf = new Map(guideIds.map((id, index) => [id, index]));
  }

  static async open(
    files: EditionFiles,
    guideIds: readonly string[],
    madeAt: number,
    background: (work: Promise<void>) => void,
  ): Promise<GuideEdition> {
    const handles = { plain: await open(files.plain, 'r'), packed: await open(files.packed, 'r') };
    return new GuideEdition(files, guideIds, handles, madeAt, background);
  }

  get programmes(): number {
    return this.files.programmes;
  }

  /** Bytes on the disk, both forms. */
  get bytes(): number {
    return (this.files.plainAt.at(-1) ?? 0) + (this.files.packedAt.at(-1) ?? 0);
  }

  /** Whether there are programmes of a guide id on one of the days. */
  has(guideId: string, { first, last }: DaySpan): boolean {
    const channel = this.indexOf.get(guideId);
    if (channel === undefined) return false;
    const { firstPiece, day } = this.files;
    const days = day.subarray(firstPiece[channel], firstPiece[channel + 1]);
    return days.some((on) => on >= first && on <= last);
  }

  /** The pieces of these guide ids within the days, each included. */
  async select(guideIds: readonly string[], days: DaySpan, slicer: Slicer): Promise<Selection> {
    const found: Selection = { plain: [], packed: [], plainBytes: 0, packedBytes: 0, crc: 0 };
    const { firstPiece, day } = this.files;
    const channels = guideIds.flatMap((id) => this.indexOf.get(id) ?? []).sort((a, b) => a - b);
    for (const [position, channel] of channels.entries()) {
      const end = firstPiece[channel + 1] ?? 0;
      for (let piece = firstPiece[channel] ?? 0; piece < end; piece++) {
        const on = day[piece] ?? 0;
        if (on >= days.first && on <= days.last) this.add(found, piece);
      }
      if (position % CHECK_EVERY === 0 && slicer.due) await slicer.breathe();
    }
    return found;
  }

  /** Writes head, the ranges of one form, and tail. Rejects when the file cannot be read or `out` fails. */
  async sendTo(
    out: Writable,
    form: EditionForm,
    { head, ranges, tail }: { head: Buffer; ranges: readonly ByteRange[]; tail: Buffer },
  ): Promise<void> {
    this.readers++;
    try {
      await write(out, head);
      await sendRanges(out, this.handles[form], ranges, memory);
      await write(out, tail);
    } finally {
      this.readers--;
      this.background(this.closeIfDone());
    }
  }

  /** Takes its files off the disk, and first what says that they are whole; who reads them reads on. */
  async retire(): Promise<void> {
    const { index, plain, packed } = this.files;
    for (const name of [index, plain, packed]) await rm(name, { force: true });
    await this.close();
  }

  /** Leaves its files where they are. */
  async close(): Promise<void> {
    this.isOver = true;
    await this.closeIfDone();
  }

  private add(found: Selection, piece: number): void {
    const { plainAt, packedAt, crc, shift } = this.files;
    const plain = { from: plainAt[piece] ?? 0, to: plainAt[piece + 1] ?? 0 };
    const packed = { from: packedAt[piece] ?? 0, to: packedAt[piece + 1] ?? 0 };
    found.crc = crcJoin(found.crc, crc[piece] ?? 0, shift[piece] ?? 0);
    found.plainBytes += plain.to - plain.from;
    found.packedBytes += packed.to - packed.from;
    append(found.plain, plain);
    append(found.packed, packed);
  }

  private async closeIfDone(): Promise<void> {
    if (!this.isOver || this.readers > 0) return;
    this.isOver = false;
    await this.handles.plain.close();
    await this.handles.packed.close();
  }
}

function append(ranges: ByteRange[], range: ByteRange): void {
  const last = ranges.at(-1);
  if (last?.to === range.from) last.to = range.to;
  else ranges.push(range);
}
