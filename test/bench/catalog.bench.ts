// What a list costs: the player faces against a bare HTTP server and nginx that send the same bytes.
// node build/test/bench/catalog.bench.js [channels] [seconds] [rounds] [connections]
import { fork, spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { aCategory, aChannel, anAccount } from '../builders/catalog-builder.js';
import { FakeChannels, FakeCredentials, openPlayerHouse } from '../fakes/player-house.js';
import { ask } from '../fakes/raw-http.js';
import type { LoadOptions, LoadResult } from './http-load.js';
import { load } from './http-load.js';

interface Usage {
  cpuMs: number;
  rssBytes: number;
}

interface Server {
  name: string;
  port: number;
  path: (target: Target) => string;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
}

interface Target {
  name: string;
  path: string;
  gzip: boolean;
}

const CATEGORIES = 200;
const LOGIN = 'username=ines&password=m0tDePasse';
const TARGETS: readonly Target[] = [
  { name: 'account', path: `/player_api.php?${LOGIN}`, gzip: false },
  { name: 'get_live_streams gzip', path: `/player_api.php?${LOGIN}&action=get_live_streams`, gzip: true },
  { name: 'get_live_streams plain', path: `/player_api.php?${LOGIN}&action=get_live_streams`, gzip: false },
  { name: 'get.php gzip', path: `/get.php?${LOGIN}&type=m3u_plus&output=ts`, gzip: true },
  { name: 'get.php plain', path: `/get.php?${LOGIN}&type=m3u_plus&output=ts`, gzip: false },
];
const self = fileURLToPath(import.meta.url);

if (process.argv[2] === 'rooftop') await serveRooftop(Number(process.argv[3]));
else if (process.argv[2] === 'bare') await serveBare(process.argv[3] ?? '');
else if (process.argv[2] === 'load') await serveLoad();
else await measure(numbers(process.argv.slice(2)));

function numbers([channels = '50000', seconds = '4', rounds = '3', connections = '10']: string[]): {
  channels: number;
  seconds: number;
  rounds: number;
  connections: number;
} {
  return {
    channels: Number(channels),
    seconds: Number(seconds),
    rounds: Number(rounds),
    connections: Number(connections),
  };
}

async function measure(plan: ReturnType<typeof numbers>): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'rooftop-bench-'));
  const servers: Server[] = [];
  const loader = fork(self, ['load']);
  try {
    const rooftop = await startNode('rooftop', String(plan.channels), (target) => target.path);
    servers.push(rooftop);
    for (const target of TARGETS) await keep(folder, target, rooftop.port);
    servers.push(await startNode('bare', folder, (target) => `/${fileOf(target)}`));
    const nginx = await startNginx(folder);
    if (nginx) servers.push(nginx);
    print(
      `${plan.channels} channels, ${plan.connections} connections, ${plan.rounds} rounds of ${plan.seconds} s`,
    );
    for (const target of TARGETS) await compare(target, servers, loader, plan);
  } finally {
    loader.kill();
    for (const server of servers) await server.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Rounds take turns between the servers, so that a busy minute of the machine hits all of them. */
async function compare(
  target: Target,
  servers: readonly Server[],
  loader: ChildProcess,
  plan: ReturnType<typeof numbers>,
): Promise<void> {
  const figures = new Map(
    servers.map((server) => [server.name, [] as { rate: number; cpu: number; rss: number }[]]),
  );
  for (let round = 0; round <= plan.rounds; round++) {
    for (const server of servers) {
      const options: LoadOptions = {
        port: server.port,
        path: server.path(target),
        headers: target.gzip ? { 'Accept-Encoding': 'gzip' } : {},
        connections: plan.connections,
        seconds: round === 0 ? 1 : plan.seconds,
      };
      const before = await server.usage();
      const result = await ordered(loader, options);
      const after = await server.usage();
      if (result.failures > 0) {
        throw new Error(`${server.name}: ${result.failures} failures at ${target.name}`);
      }
      // The first round warms up.
      if (round === 0) continue;
      const cpu = (after.cpuMs - before.cpuMs) / result.requests;
      figures.get(server.name)?.push({ rate: result.requests / result.seconds, cpu, rss: after.rssBytes });
    }
  }
  print(`\n${target.name}`);
  const own = figures.get(servers[0]?.name ?? '') ?? [];
  for (const server of servers) {
    const rows = figures.get(server.name) ?? [];
    const cells = [
      server.name.padEnd(8),
      `${middle(rows.map(({ rate }) => rate)).toFixed(0)} requests/s`.padEnd(20),
      `${middle(rows.map(({ cpu }) => cpu)).toFixed(3)} ms CPU each`.padEnd(22),
      `${(middle(rows.map(({ rss }) => rss)) / 1e6).toFixed(0)} MB`.padEnd(10),
    ];
    if (rows !== own) {
      // Pairs of one round: what else the machine did then is in both.
      const rate = middle(own.map((mine, round) => mine.rate / (rows[round]?.rate ?? NaN)));
      const cpu = middle(own.map((mine, round) => mine.cpu / (rows[round]?.cpu ?? NaN)));
      cells.push(`Rooftop: ${rate.toFixed(2)} of the requests, ${cpu.toFixed(2)} of the CPU`);
    }
    print(cells.join(' '));
  }
}

async function serveRooftop(count: number): Promise<void> {
  const channels = new FakeChannels();
  channels.categories = Array.from({ length: CATEGORIES }, (_, index) =>
    aCategory({ id: index + 1, name: `Grupo ${index}` }),
  );
  channels.channels = Array.from({ length: count }, (_, index) =>
    aChannel({
      id: index + 1,
      num: index + 1,
      name: `Canal número ${index} HD`,
      categoryId: (index % CATEGORIES) + 1,
      logo: `https://img.home.test/logos/${index}/channel.png`,
      epgChannelId: `canal${index}.es`,
    }),
  );
  const credentials = new FakeCredentials();
  credentials.add('m0tDePasse', anAccount());
  const house = await openPlayerHouse({ channels, credentials });
  await house.catalog.fresh();
  reportUsage(house.port);
}

async function serveBare(folder: string): Promise<void> {
  const bodies = new Map(
    TARGETS.map((target) => {
      const file = fileOf(target);
      const body = readFileSync(path.join(folder, target.gzip ? `${file}.gz` : file));
      const encoding: Record<string, string> = target.gzip ? { 'content-encoding': 'gzip' } : {};
      const headers = {
        'content-type': 'application/json',
        'content-length': String(body.length),
        ...encoding,
      };
      return [`/${file}`, { body, headers }];
    }),
  );
  const server = createServer((request, response) => {
    const answer = bodies.get(request.url ?? '');
    if (!answer) return void response.writeHead(404).end();
    response.writeHead(200, answer.headers).end(answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  reportUsage((server.address() as AddressInfo).port);
}

function reportUsage(port: number): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() });
  });
  process.send?.({ port });
}

async function serveLoad(): Promise<void> {
  for (;;) {
    const [options] = (await once(process, 'message')) as [LoadOptions];
    process.send?.(await load(options));
  }
}

async function ordered(loader: ChildProcess, options: LoadOptions): Promise<LoadResult> {
  loader.send(options);
  const [result] = (await once(loader, 'message')) as [LoadResult];
  return result;
}

async function startNode(name: string, argument: string, pathOf: Server['path']): Promise<Server> {
  const child = fork(self, [name, argument]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    name,
    port,
    path: pathOf,
    usage: async () => {
      child.send('usage');
      const [usage] = (await once(child, 'message')) as [Usage];
      return usage;
    },
    stop: () => stopped(child),
  };
}

/** nginx with one worker and ready .gz files, where it is installed. */
async function startNginx(folder: string): Promise<Server | null> {
  if (spawnSync('nginx', ['-v']).status !== 0) {
    print('nginx is not installed: left out');
    return null;
  }
  const port = await freePort();
  const conf = path.join(folder, 'nginx.conf');
  mkdirSync(path.join(folder, 'nginx'));
  writeFileSync(
    conf,
    `daemon off; worker_processes 1; user root; pid ${folder}/nginx.pid; error_log ${folder}/nginx/error.log;
    events { worker_connections 256; }
    http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; types { application/json json; }
      client_body_temp_path ${folder}/nginx/a; proxy_temp_path ${folder}/nginx/b; fastcgi_temp_path ${folder}/nginx/c;
      uwsgi_temp_path ${folder}/nginx/d; scgi_temp_path ${folder}/nginx/e;
      server { listen 127.0.0.1:${port}; root ${folder}; gzip_static on; } }`,
  );
  const child = spawn('nginx', ['-c', conf, '-p', folder], { stdio: 'ignore' });
  const worker = await workerOf(child.pid ?? 0, port);
  return {
    name: 'nginx',
    port,
    path: (target) => `/${fileOf(target)}`,
    usage: () => Promise.resolve(usageOfProcess(worker)),
    stop: () => stopped(child),
  };
}

async function workerOf(master: number, port: number): Promise<number> {
  for (;;) {
    const children = readFileSync(`/proc/${master}/task/${master}/children`, 'utf8').trim();
    if (children !== '') {
      await ask(port, { path: '/' });
      return Number(children.split(' ')[0]);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** From the process table of Linux; clock ticks are hundredths of a second. */
function usageOfProcess(pid: number): Usage {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return {
    cpuMs: (Number(fields[11]) + Number(fields[12])) * 10,
    rssBytes: Number(fields[21]) * 4096,
  };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function keep(folder: string, target: Target, port: number): Promise<void> {
  const headers = target.gzip ? { 'accept-encoding': 'gzip' } : {};
  const answer = await ask(port, { path: target.path, headers });
  if (answer.status !== 200) throw new Error(`${target.path}: ${answer.status}`);
  const file = path.join(folder, fileOf(target));
  writeFileSync(target.gzip ? `${file}.gz` : file, answer.body);
  // gzip_static looks for the plain file's name first.
  if (target.gzip) writeFileSync(file, '');
}

function fileOf(target: Target): string {
  return `${target.name.replace(/\W+/g, '-')}.json`;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
