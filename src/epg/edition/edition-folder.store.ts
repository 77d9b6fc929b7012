import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';

const EDITION = /\.(xml|deflate)$/;

/** Removes editions that an earlier process left; they are made anew from the database. */
export async function emptyEditionFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) {
    if (EDITION.test(name)) await rm(path.join(folder, name), { force: true });
  }
}

/** Removes what is there of one edition. */
export async function removeEdition(place: string): Promise<void> {
  for (const ending of ['xml', 'deflate']) await rm(`${place}.${ending}`, { force: true });
}
