import { checkNode, ensureBuilt, ensureInstalled } from './lib/prepare.mjs';

checkNode();
ensureInstalled();
ensureBuilt(process.argv[2] === 'test' ? 'test' : 'production');
