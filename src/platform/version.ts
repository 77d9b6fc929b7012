import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Version of the program, from its package.json. */
export function programVersion(): string {
  const file = path.resolve(import.meta.dirname, '..', '..', '..', 'package.json');
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return version;
}
