import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { renderConformance } from '../conformance/conformance-document.js';

/** Without what Prettier decides: blanks, and the dashes under the head of a table. */
function words(text: string): string {
  return text.replace(/[\s-]+/g, '');
}

it('docs/conformance.md shows the table that is checked (node scripts/conformance-docs.mjs)', () => {
  const page = readFileSync(path.resolve(process.cwd(), 'docs', 'conformance.md'), 'utf8');
  expect(words(page)).toBe(words(renderConformance()));
});
