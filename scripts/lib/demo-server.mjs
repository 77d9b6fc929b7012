// Rooftop as a child process over a folder of its own, and its command line beside it.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { root } from './prepare.mjs';

const FIRST_PORT = 8080;
const PORTS_TRIED = 100;
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;
const OUTPUT_KEPT = 200;
/** The server's own words. */
const LISTENING = 'Rooftop is running';

/** The demo must not write into somebody's real database, which only the file .env could still name. */
export function refuseForeignDatabase() {
  const file = path.join(root, '.env');
  const named = existsSync(file) ? Object.keys(parseEnv(readFileSync(file, 'utf8'))) : [];
  const found = named.find((name) => name.startsWith('ROOFTOP_DATABASE_URL'));
  if (found) throw new Error(`the file .env sets ${found}; move it away for the demo, which keeps nothing`);
}

/** Settings of the demo only: what else stands in the environment or in config/ is left out. */
export function demoEnvironment({ folder, configFolder, port, engineUrl, adminPassword }) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('ROOFTOP_'));
  return {
    ...Object.fromEntries(inherited),
    ROOFTOP_CONFIG_DIR: configFolder,
    ROOFTOP_DATA_DIR: path.join(folder, 'data'),
    ROOFTOP_LOG_DIR: path.join(folder, 'logs'),
    ROOFTOP_HOST: '0.0.0.0',
    ROOFTOP_PORT: String(port),
    ROOFTOP_ADMIN_USERNAME: 'owner',
    ROOFTOP_ADMIN_PASSWORD: adminPassword,
    ROOFTOP_ACESTREAM_ENGINES: engineUrl,
    ROOFTOP_ALLOW_PRIVATE_SOURCES: 'true',
  };
}

/** The port asked for, else 8080 or the next one that is free. */
export async function choosePort(asked) {
  if (asked !== undefined) return asked;
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TRIED; port++) if (await isFree(port)) return port;
  throw new Error(`no port from ${FIRST_PORT} to ${FIRST_PORT + PORTS_TRIED - 1} is free`);
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)));
  });
}

/** The answer to a GET on a connection of its own: a kept one may just be closing. */
export function open(url) {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, resolve).once('error', reject);
  });
}

export class DemoServer {
  #output = [];
  #child;
  #env;
  #ended;

  constructor(env) {
    this.#env = env;
    this.#child = spawn(process.execPath, ['dist/src/main.js'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on('data', (text) => {
        this.#output.push(String(text));
        this.#output.splice(0, this.#output.length - OUTPUT_KEPT);
      });
    }
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve));
  }

  /** Resolves with the exit code when the server ends, whoever ended it. */
  get ended() {
    return this.#ended;
  }

  get output() {
    return this.#output.join('');
  }

  /**
   * Waits until it says that it listens and answers; 503 means that it is not ready yet. An answer alone could come
   * from a stranger who holds the port.
   */
  async ready(url) {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (this.#child.exitCode === null && Date.now() < deadline) {
      if (!this.output.includes(LISTENING)) {
        await sleep(100);
        continue;
      }
      const status = await open(`${url}/readyz`).then(
        (response) => response.resume().statusCode,
        () => 503,
      );
      if (status !== 503) return;
      await sleep(100);
    }
    throw new Error(`the server did not become ready:\n${this.output}`);
  }

  /** Runs a command of Rooftop's command line and reads its JSON answer. */
  async command(...args) {
    const child = spawn(process.execPath, ['bin/rooftop.mjs', ...args, '--json'], {
      cwd: root,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (err += text));
    const code = await new Promise((resolve) => child.once('close', resolve));
    if (code !== 0) throw new Error(`rooftop ${args.join(' ')} failed: ${err.trim() || out.trim()}`);
    return JSON.parse(out);
  }

  /** Asks it to end, and ends it if it does not. */
  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    const late = new AbortController();
    const timer = sleep(STOP_WITHIN_MS, undefined, { signal: late.signal }).then(
      () => this.#child.kill('SIGKILL'),
      () => false,
    );
    await this.#ended;
    late.abort();
    await timer;
  }
}
