import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { KeptEdition } from './edition-job.js';
import { editionNames, readEditionIndex } from './edition-index.store.js';

const EDITION = /\.(xml|deflate|index|index\.new)$/;

/**
 * What an earlier process has made of the same; undefined = nothing. Everything else that it left goes: other editions,
 * and what it was writing when it ended.
 */
export async function keptEdition(folder: string, madeOf: string): Promise<KeptEdition | undefined> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = (await readdir(folder)).filter((name) => EDITION.test(name));
  const kept = await newestKept(folder, names, madeOf);
  const stays = Object.values(kept ? editionNames(placeOf(kept)) : {});
  for (const name of names.map((one) => path.join(folder, one))) {
    if (!stays.includes(name)) await rm(name, { force: true });
  }
  return kept;
}

async function newestKept(
  folder: string,
  names: readonly string[],
  madeOf: string,
): Promise<KeptEdition | undefined> {
  let newest: KeptEdition | undefined;
  for (const name of names) {
    if (!name.endsWith('.index')) continue;
    const kept = await readEditionIndex(path.join(folder, name.slice(0, -'.index'.length)));
    if (kept?.madeOf === madeOf && kept.madeAt >= (newest?.madeAt ?? 0)) newest = kept;
  }
  return newest;
}

function placeOf({ files }: KeptEdition): string {
  return files.index.slice(0, -'.index'.length);
}

/** Removes what is there of one edition, and first what says that it is whole. */
export async function removeEdition(place: string): Promise<void> {
  const { index, plain, packed } = editionNames(place);
  for (const name of [index, `${index}.new`, plain, packed]) await rm(name, { force: true });
}
