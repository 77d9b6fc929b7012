import { statfs } from 'node:fs/promises';
import { sizeText } from './config/value-types.js';

export interface DiskRoomOptions {
  /** On the disk in question. */
  folder: string;
  /** Has to stay free. */
  leastBytes: number;
  /** Bytes that are free there; undefined = the system does not tell. */
  free?: (folder: string) => Promise<number | undefined>;
}

/**
 * Tells before the disk is full. On a full one nothing at all can be written any more: not what a run came to, no
 * deletion of what it has staged, no change of an operator.
 */
export class DiskRoom {
  constructor(private readonly options: DiskRoomOptions) {}

  /** Throws, in words for an operator, when too little is left. */
  async check(): Promise<void> {
    const { folder, leastBytes, free = freeBytes } = this.options;
    const bytes = await free(folder);
    if (bytes === undefined || bytes >= leastBytes) return;
    throw new Error(
      `the disk of the data folder is nearly full: ${sizeText(bytes)} are left, ${sizeText(leastBytes)} have to stay free`,
    );
  }
}

async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
