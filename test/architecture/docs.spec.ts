import { describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ERROR_CODES } from '../../src/platform/errors/codes.js';

const root = process.cwd();
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

describe('the documents', () => {
  it('explain every error code once, and no other', () => {
    const explained = [...read('docs/errors.md').matchAll(/^\| `([a-z_]+)` +\|/gm)].map((match) => match[1]);
    expect(explained.sort()).toEqual([...ERROR_CODES].sort());
  });

  it.each(pages)('%s leads only to files that exist', (page) => {
    const targets = [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1] ?? '');
    const missing = targets.filter((target) => !existsSync(path.join(root, path.dirname(page), target)));
    expect(missing).toEqual([]);
  });

  it.each(pages)('%s names only commands that exist', (page) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = [...read(page).matchAll(/\bnpm run ([a-z:]+)/g)].map((match) => match[1] ?? '');
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    const files = [...read(page).matchAll(/\bnode (scripts\/[\w-]+\.mjs)/g)].map((match) => match[1] ?? '');
    expect(files.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
  });

  it('keeps the rules for contributors short', () => {
    expect(read('CONTRIBUTING.md').split('\n').length).toBeLessThan(150);
  });
});
