// Writes docs/conformance.md from the table that the conformance suite checks.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkNode, ensureBuilt, ensureInstalled, root } from './lib/prepare.mjs';

checkNode();
ensureInstalled();
ensureBuilt('test');
const { renderConformance } = await import('../build/test/conformance/conformance-document.js');
const prettier = await import('prettier');
const file = path.join(root, 'docs', 'conformance.md');
const options = await prettier.resolveConfig(file);
writeFileSync(file, await prettier.format(renderConformance(), { ...options, parser: 'markdown' }));
