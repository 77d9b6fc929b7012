// npm run bench [-- NAME [arguments]]: compiles and runs the benchmarks of test/bench, all or those whose file name
// contains NAME. What they printed on a named machine stands in docs/benchmarks.md.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { checkNode, ensureBuilt, ensureInstalled, root } from './lib/prepare.mjs';

checkNode();
ensureInstalled();
ensureBuilt('test');
const [name = '', ...rest] = process.argv.slice(2);
const folder = path.join(root, 'build', 'test', 'bench');
const files = readdirSync(folder).filter((file) => file.endsWith('.bench.js') && file.includes(name));
for (const file of files) {
  process.stdout.write(`\n## ${file}\n`);
  const { status } = spawnSync(process.execPath, [path.join(folder, file), ...rest], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exitCode = 1;
}
