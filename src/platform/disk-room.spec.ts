import { describe, expect, it } from '@jest/globals';
import { DiskRoom } from './disk-room.js';

const MiB = 1024 * 1024;
const roomWith = (free: number | undefined): DiskRoom =>
  new DiskRoom({ folder: '/data', leastBytes: 64 * MiB, free: () => Promise.resolve(free) });

describe('the room on the disk', () => {
  it('is enough at the limit, and where nobody tells', async () => {
    await expect(roomWith(64 * MiB).check()).resolves.toBeUndefined();
    await expect(roomWith(undefined).check()).resolves.toBeUndefined();
  });

  it('is too little one byte below, and says so in words', async () => {
    await expect(roomWith(64 * MiB - 1).check()).rejects.toThrow(
      /disk of the data folder is nearly full.*64 MiB/,
    );
  });

  it('is asked of the system', async () => {
    await expect(new DiskRoom({ folder: '.', leastBytes: 0 }).check()).resolves.toBeUndefined();
    await expect(new DiskRoom({ folder: '.', leastBytes: Number.MAX_SAFE_INTEGER }).check()).rejects.toThrow(
      /nearly full/,
    );
  });
});
