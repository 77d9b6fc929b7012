import { checkNode, ensureBuilt, ensureInstalled } from './lib/prepare.mjs';

checkNode();
ensureInstalled();
ensureBuilt('production');
await import('../dist/src/main.js');
