// Writes config/default.yml, .env.example and the table of docs/configuration.md from the table of settings.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkNode, ensureBuilt, ensureInstalled, root } from './lib/prepare.mjs';

checkNode();
ensureInstalled();
ensureBuilt('test');
const { renderDocuments } = await import('../build/test/architecture/config-documents.js');
const page = readFileSync(path.join(root, 'docs', 'configuration.md'), 'utf8');
for (const [file, text] of Object.entries(renderDocuments(page))) writeFileSync(path.join(root, file), text);
