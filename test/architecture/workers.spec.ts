import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** What takes longest to load and holds most memory; threads that do one thing need none of it. */
const HEAVY = /^(@nestjs\/|typeorm$|class-validator$|rxjs$)/;
/** Looks through a whole backup, once in a while and with the schema. */
const MAY_BE_HEAVY = ['backup.worker.js'];
// The compiled files: types are no longer there.
const root = path.resolve(process.cwd(), 'build', 'src');
const workers = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.worker.js'))
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => !MAY_BE_HEAVY.includes(file));

describe('worker threads', () => {
  it('are there', () => {
    expect(workers.length).toBeGreaterThan(3);
  });

  it.each(workers)('%s loads no framework, so that it starts soon and stays small', (worker) => {
    expect(heavyImports(worker)).toEqual([]);
  });
});

/** Each with the file that imports it. */
function heavyImports(worker: string): string[] {
  const seen = new Set<string>();
  const waiting = [path.join(root, worker)];
  const heavy: string[] = [];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const { fileName } of ts.preProcessFile(readFileSync(file, 'utf8'), true, true).importedFiles) {
      if (fileName.startsWith('.')) waiting.push(path.resolve(path.dirname(file), fileName));
      else if (HEAVY.test(fileName)) heavy.push(`${path.relative(root, file)} → ${fileName}`);
    }
  }
  return heavy;
}
