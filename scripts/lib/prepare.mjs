// Shared by start, test, demo and the command line: makes sure that what the lock file names is installed
// and that the compiled output is newer than its sources. Plain JavaScript without dependencies, because it
// runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

const BUILDS = {
  production: { config: 'tsconfig.build.json', out: 'dist', sources: ['src', 'migrations'] },
  test: { config: 'tsconfig.json', out: 'build', sources: ['src', 'migrations', 'test'] },
};

export function say(text) {
  process.stderr.write(`rooftop: ${text}\n`);
}

export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  say(`Node.js ${process.versions.node} is too old: Rooftop needs 20.19 or newer (https://nodejs.org).`);
  process.exit(1);
}

/** Installs from the lock file when anything it names is absent or has another version. */
export function ensureInstalled() {
  if (process.env.ROOFTOP_PREBUILT) return;
  const reason = missingInstall();
  if (reason) {
    say(
      `installing dependencies (${reason}); the first time takes a minute or two, longer where SQLite is compiled`,
    );
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  if (!nativeModulesLoad()) {
    say('rebuilding native modules for this version of Node.js');
    run('npm', ['rebuild', 'better-sqlite3', 'bcrypt']);
  }
}

function missingInstall() {
  const hidden = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return 'none are installed yet';
  const wanted = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  for (const [place, entry] of Object.entries(wanted)) {
    if (!place || entry.optional || entry.devOptional) continue;
    if (entry.dev && process.env.ROOFTOP_OMIT_DEV) continue;
    if (present[place]?.version !== entry.version)
      return `${place.replace(/^node_modules\//, '')} ${entry.version} is missing`;
  }
  return undefined;
}

function nativeModulesLoad() {
  const probe = "require('bcrypt'); new (require('better-sqlite3'))(':memory:').close()";
  return spawnSync(process.execPath, ['-e', probe], { cwd: root, stdio: 'ignore' }).status === 0;
}

/** Compiles when a source, the configuration or the compiler changed since the last time. */
export function ensureBuilt(kind) {
  if (process.env.ROOFTOP_PREBUILT) return;
  const build = BUILDS[kind];
  const stampFile = path.join(root, build.out, '.stamp');
  const stamp = sourceStamp(build);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  say(`building (${kind})`);
  const buildInfo = path.join(root, build.out, '.tsbuildinfo');
  if (!existsSync(stampFile)) rmSync(buildInfo, { force: true });
  removeOrphans(build);
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  run(process.execPath, [tsc, '-p', build.config, '--tsBuildInfoFile', buildInfo]);
  mkdirSync(path.dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, stamp);
}

function sourceStamp(build) {
  const hash = createHash('sha256');
  hash
    .update(readFileSync(path.join(root, build.config)))
    .update(readFileSync(path.join(root, 'tsconfig.json')));
  hash.update(readFileSync(path.join(root, 'package-lock.json')));
  for (const source of build.sources) {
    for (const file of walk(path.join(root, source)).sort()) {
      if (!file.endsWith('.ts')) continue;
      hash.update(path.relative(root, file)).update(readFileSync(file));
    }
  }
  return hash.digest('hex');
}

/** Deletes compiled files whose source is gone, so that a removed spec does not run for ever. */
function removeOrphans(build) {
  for (const file of walk(path.join(root, build.out))) {
    const match = /^(.*)\.js(\.map)?$/.exec(path.relative(path.join(root, build.out), file));
    if (match && !existsSync(path.join(root, `${match[1]}.ts`))) rmSync(file);
  }
}

export function walk(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const full = path.join(folder, name);
    return statSync(full).isDirectory() ? walk(full) : [full];
  });
}

function run(command, args) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status === 0) return;
  say(
    `"${path.basename(command)} ${args.join(' ')}" failed${result.error ? `: ${result.error.message}` : ''}; see the lines above`,
  );
  process.exit(result.status || 1);
}
