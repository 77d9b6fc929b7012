#!/usr/bin/env node
import { checkNode, ensureBuilt, ensureInstalled } from '../scripts/lib/prepare.mjs';

checkNode();
ensureInstalled();
ensureBuilt('production');
const { runCommandLine } = await import('../dist/src/cli.js');
await runCommandLine(process.argv.slice(2));
