// npm leaves platform packages that a registry does not hold out of the lock file without a word, and the next
// "npm ci" then refuses the file. This lists such gaps; with --fix it writes the stub entries npm asks for.
// It also refuses registry addresses, which would tie the lock file to one network.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const file = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const problems = [];

for (const [place, entry] of Object.entries(lock.packages)) {
  if (entry.resolved) problems.push(`${place}: names a download address`);
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(place, name)) continue;
    if (process.argv.includes('--fix'))
      lock.packages[`node_modules/${name}`] = stub(name, version, entry.dev);
    else problems.push(`${place}: optional ${name}@${version} is absent`);
  }
}

function isLocked(from, name) {
  for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf('node_modules/') - 1))) {
    if (lock.packages[`${place ? `${place}/` : ''}node_modules/${name}`]) return true;
    if (!place) return false;
  }
}

function stub(name, version, dev) {
  const os = /(android|darwin|freebsd|linux|openharmony|win32)/.exec(name)?.[1];
  const cpu = /(arm64|arm|x64|ia32|loong64|ppc64|riscv64|s390x)/.exec(
    name.replace(/^.*?(android|darwin|freebsd|linux|openharmony|win32)/, ''),
  )?.[1];
  return {
    version,
    ...(dev ? { dev } : {}),
    optional: true,
    ...(os ? { os: [os] } : {}),
    ...(cpu ? { cpu: [cpu] } : {}),
  };
}

if (process.argv.includes('--fix')) {
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries(sorted);
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
if (problems.length > 0) {
  process.stderr.write(
    `package-lock.json:\n${problems.map((line) => `  ${line}\n`).join('')}run: node scripts/lock-check.mjs --fix\n`,
  );
  process.exit(1);
}
