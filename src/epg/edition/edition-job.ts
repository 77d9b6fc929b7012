import type { PlaceholderRule } from '../../core/guide/placeholder.js';
import type { DatabaseLocation } from '../../platform/database/bulk-connection.js';

/** A guide id that players are told, and where its programmes come from. */
export interface EditionChannel {
  /** As in `channel@id`. */
  guideId: string;
  /** Best first; empty = a placeholder. */
  links: readonly { guideChannelId: number; shiftMinutes: number }[];
  /** What a channel without a guide shows. */
  placeholder: { name: string; rule: PlaceholderRule } | null;
  /** Programmes that ended longer ago are left out, in days. */
  daysBack: number;
}

/** What one edition is made of. */
export interface EditionOrder {
  channels: readonly EditionChannel[];
  nowSeconds: number;
  /** Stands for everything else the edition depends on, so that it is known again when it was kept over a restart. */
  madeOf: string;
  /** IANA zone of placeholders that name none. */
  timeZone: string;
}

/** The same as plain data for a thread: where to read and where to write. */
export interface EditionJob extends EditionOrder {
  location: DatabaseLocation;
  /** Without the endings; see `EditionFiles`. */
  place: string;
}

/**
 * The programmes of an edition lie in one file channel by channel and day by day, and once more deflated. Every piece of
 * the deflated file ends on a byte and refers to none before it, so that any choice of pieces in a row is a sound stream.
 */
export interface EditionFiles {
  plain: string;
  packed: string;
  /** Written last: see `writeEditionIndex`. */
  index: string;
  /** Piece at which each channel begins, in the order of the job, and after the last one the number of pieces. */
  firstPiece: Uint32Array;
  /** Per piece: day of the starts since the epoch, UTC. */
  day: Int32Array;
  /** Per piece, and after the last one the length of the file. */
  plainAt: Float64Array;
  packedAt: Float64Array;
  /** CRC-32 of each piece, and what joining it to those before takes (`crcShift`): the costly half. */
  crc: Uint32Array;
  shift: Uint32Array;
  programmes: number;
}

/** An edition as it lies on the disk. */
export interface KeptEdition {
  files: EditionFiles;
  madeOf: string;
  /** Epoch seconds. */
  madeAt: number;
}

export type EditionMessage = { kind: 'end'; files: EditionFiles } | { kind: 'failure'; reason: string };

/** Makes editions; in the server in a thread of its own. */
export interface EditionMaker {
  /** Rejects when it cannot be written; nothing is left then. */
  make(order: EditionOrder): Promise<EditionFiles>;
  /** What an earlier process has made of the same; undefined = nothing. Whatever else it left is removed. */
  kept(madeOf: string): Promise<KeptEdition | undefined>;
}
