import type { SlotValues } from './m3u-out.js';

const LAST_SLOT_CODE = 3;
const SLOT_BYTES = 1;

/** Texts with slots, compiled to bytes: filling it for one viewer is copying, not formatting. */
export class PlaylistTemplate {
  private readonly pieces: TemplatePiece[] = [];
  private bytes = 0;
  private readonly counts = new Map<number, number>();

  /** Adds a text that may hold slots (see `SLOT`). */
  add(text: string): void {
    const piece = compile(Buffer.from(text, 'utf8'));
    this.pieces.push(piece);
    this.bytes += piece.source.length - piece.cuts.length * SLOT_BYTES;
    for (const cut of piece.cuts) {
      const code = piece.source[cut] ?? 0;
      this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
    }
  }

  /** Bytes held by the template itself. */
  get heldBytes(): number {
    return this.pieces.reduce((sum, piece) => sum + piece.source.length + piece.cuts.byteLength, 0);
  }

  /** Exact bytes of the filled playlist, by arithmetic. */
  filledBytes(values: SlotValues): number {
    let total = this.bytes;
    for (const [code, count] of this.counts) total += Buffer.byteLength(values[code] ?? '') * count;
    return total;
  }

  /**
   * The filled playlist in one buffer, piece by piece: take a breath between two steps, so that a playlist of
   * fifty thousand channels does not hold the event loop.
   */
  *fill(values: SlotValues): Generator<undefined, Buffer, undefined> {
    const out = Buffer.allocUnsafe(this.filledBytes(values));
    const fills = fillBytes(values);
    let at = 0;
    for (const piece of this.pieces) {
      at += fillPiece(piece, fills, out, at);
      yield;
    }
    return out;
  }

  /** The same as buffers of their own, for who passes them on and never needs the whole. */
  *filledPieces(values: SlotValues): Generator<Buffer, void, undefined> {
    const fills = fillBytes(values);
    for (const piece of this.pieces) {
      const out = Buffer.allocUnsafe(filledLength(piece, fills));
      fillPiece(piece, fills, out, 0);
      yield out;
    }
  }
}

interface TemplatePiece {
  source: Buffer;
  /** Offsets of the slot characters in `source`. */
  cuts: Uint32Array;
}

function compile(source: Buffer): TemplatePiece {
  const cuts: number[] = [];
  for (let index = 0; index < source.length; index++) {
    const byte = source[index] ?? 0;
    if (byte > 0 && byte <= LAST_SLOT_CODE) cuts.push(index);
  }
  return { source, cuts: Uint32Array.from(cuts) };
}

function fillBytes(values: SlotValues): Buffer[] {
  return Array.from({ length: LAST_SLOT_CODE + 1 }, (_, code) => Buffer.from(values[code] ?? '', 'utf8'));
}

function filledLength({ source, cuts }: TemplatePiece, fills: readonly Buffer[]): number {
  let length = source.length;
  for (const cut of cuts) length += (fills[source[cut] ?? 0]?.length ?? 0) - SLOT_BYTES;
  return length;
}

/** Returns the bytes written at `start`. */
function fillPiece(
  { source, cuts }: TemplatePiece,
  fills: readonly Buffer[],
  out: Buffer,
  start: number,
): number {
  let at = start;
  let from = 0;
  for (const cut of cuts) {
    at += source.copy(out, at, from, cut);
    at += fills[source[cut] ?? 0]?.copy(out, at) ?? 0;
    from = cut + SLOT_BYTES;
  }
  at += source.copy(out, at, from);
  return at - start;
}
