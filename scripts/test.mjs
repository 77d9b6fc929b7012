// npm test [-- jest arguments]: installs what is missing, compiles, runs the suites. Where ROOFTOP_TEST_REPORT names a
// file, Jest's JSON goes there as well.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { checkNode, ensureBuilt, ensureInstalled, root } from './lib/prepare.mjs';

checkNode();
ensureInstalled();
ensureBuilt('production');
ensureBuilt('test');
const jest = path.join(root, 'node_modules', 'jest', 'bin', 'jest.js');
const reportFile = process.env.ROOFTOP_TEST_REPORT;
const report = reportFile ? ['--json', `--outputFile=${reportFile}`] : [];
const result = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--no-warnings=ExperimentalWarning',
    jest,
    ...report,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
process.exit(result.status ?? 1);
