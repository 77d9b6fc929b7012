// What the guide costs players: single answers against a trivial route of the same server, the guide file against a
// bare HTTP server that sends the same file.
// node build/test/bench/guide-answers.bench.js [channels] [seconds] [rounds] [only what has this in its name]
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { GuideEditions } from '../../src/catalog/guide-editions.js';
import type { PresentedProgramme } from '../../src/core/xtream/present-guide.js';
import { aCategory, aChannel, anAccount } from '../builders/catalog-builder.js';
import { GuideTexts } from '../builders/guide-texts.js';
import { FakeChannels, FakeCredentials, FakeGuides, openPlayerHouse } from '../fakes/player-house.js';
import { ask } from '../fakes/raw-http.js';
import { load, type LoadOptions, type LoadResult } from './http-load.js';

const LOGIN = 'username=ines&password=m0tDePasse';
const HOUR = 3600;
const PER_DAY = 36;
const DAYS = 7;
/** Channels that share their texts; more would only fill memory. */
const DIFFERENT = 40;
const GZIP = { 'accept-encoding': 'gzip' };
const self = fileURLToPath(import.meta.url);

/** Programmes with texts like those of real guides, made when asked for. */
class MadeUpGuides extends FakeGuides {
  private readonly texts = Array.from({ length: DIFFERENT }, (_, seed) =>
    new GuideTexts().ofChannel(seed, DAYS * PER_DAY),
  );
  private readonly first = Math.floor(Date.now() / 1000 / HOUR) * HOUR - 24 * HOUR;

  override within(channelId: number, from: number, to: number): PresentedProgramme[] {
    const length = (24 * HOUR) / PER_DAY;
    return (this.texts[channelId % DIFFERENT] ?? [])
      .map(({ title, description }, index) => ({
        start: this.first + index * length,
        stop: this.first + (index + 1) * length,
        titles: [{ text: title, lang: 'es' }],
        descriptions: [{ text: description, lang: 'es' }],
        categories: [{ text: 'Serie' }],
        guideChannelId: channelId,
      }))
      .filter(({ start, stop }) => start < to && stop > from);
  }
}

if (process.argv[2] === 'rooftop') await serveRooftop(Number(process.argv[3]));
else if (process.argv[2] === 'bare') await serveBare(process.argv[3] ?? '');
else if (process.argv[2] === 'load') await serveLoad();
else await measure(process.argv.slice(2, 5).map(Number), process.argv[5] ?? '');

async function measure([channels = 2000, seconds = 3, rounds = 3]: number[], only: string): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'rooftop-bench-'));
  const children: ChildProcess[] = [];
  try {
    const loader = fork(self, ['load']);
    children.push(loader);
    const rooftop = await start(['rooftop', String(channels)], children);
    print(`${channels} channels, ${DAYS} days of ${PER_DAY} programmes; ${rounds} rounds of ${seconds} s`);
    const api = `/player_api.php?${LOGIN}&action=`;
    const compare = async (name: string, own: LoadOptions, other: LoadOptions): Promise<void> => {
      if (!name.includes(only)) return;
      const ratios: number[] = [];
      const rates: number[][] = [];
      for (let round = 0; round <= rounds; round++) {
        const pair = [await ordered(loader, own), await ordered(loader, other)].map((result) => {
          if (result.failures > 0) throw new Error(`${name}: ${result.failures} failures`);
          return result.requests / result.seconds;
        });
        // The first round warms up.
        if (round === 0) continue;
        rates.push(pair);
        ratios.push((pair[0] ?? 0) / (pair[1] ?? NaN));
      }
      const [mine, theirs] = [0, 1].map((at) => middle(rates.map((pair) => pair[at] ?? 0)).toFixed(1));
      print(`${name.padEnd(44)} ${mine} of ${theirs} requests/s: ${middle(ratios).toFixed(2)}`);
    };
    const to = (port: number, target: string, connections = 10, headers = {}): LoadOptions => ({
      ...{ port, path: target, headers, connections, seconds },
    });
    const trivial = to(rooftop, '/trivial');
    await compare('get_short_epg / trivial JSON', to(rooftop, `${api}get_short_epg&stream_id=7`), trivial);
    await compare(
      'data table / trivial JSON',
      to(rooftop, `${api}get_simple_data_table&stream_id=7`),
      trivial,
    );
    await compare(
      'data table, gzip / trivial JSON',
      to(rooftop, `${api}get_simple_data_table&stream_id=7`, 10, GZIP),
      trivial,
    );
    await compare('the bytes of a data table / trivial JSON', to(rooftop, '/table'), trivial);
    await compare('its gzip / trivial JSON', to(rooftop, '/packed'), trivial);
    await compare(
      'data table / the same bytes',
      to(rooftop, `${api}get_simple_data_table&stream_id=7`),
      to(rooftop, '/table'),
    );
    const target = `/xmltv.php?${LOGIN}`;
    for (const [name, headers] of [
      ['plain', {}],
      ['gzip', GZIP],
    ] as const) {
      const answer = await ask(rooftop, { path: target, headers });
      const file = path.join(folder, name);
      writeFileSync(file, answer.body);
      const bare = await start(['bare', file], children);
      print(
        `xmltv.php ${name}: ${(answer.body.length / 1e6).toFixed(1)} MB, first byte ${await firstByte(rooftop, target, name === 'gzip')} ms`,
      );
      await compare(`xmltv.php ${name} / bare Node`, to(rooftop, target, 4, headers), to(bare, '/', 4));
    }
  } finally {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true });
  }
}

/** Median of twenty. */
async function firstByte(port: number, target: string, isPacked: boolean): Promise<string> {
  const times: number[] = [];
  for (let round = 0; round < 20; round++) {
    const startedAt = performance.now();
    const socket = connect(port, '127.0.0.1');
    const gzip = isPacked ? 'Accept-Encoding: gzip\r\n' : '';
    socket.write(`GET ${target} HTTP/1.1\r\nHost: h\r\n${gzip}\r\n`);
    await once(socket, 'data');
    times.push(performance.now() - startedAt);
    socket.destroy();
  }
  return middle(times).toFixed(1);
}

async function serveRooftop(count: number): Promise<void> {
  const channels = new FakeChannels();
  channels.categories = [aCategory({ id: 1 })];
  const guides = new MadeUpGuides();
  for (let id = 1; id <= count; id++) {
    channels.channels.push(aChannel({ id, num: id, name: `Canal ${id}`, epgChannelId: `canal${id}.es` }));
    guides.add(id, []);
  }
  const credentials = new FakeCredentials();
  credentials.add('m0tDePasse', anAccount());
  let table: Buffer = Buffer.alloc(0);
  let packed: Buffer = Buffer.alloc(0);
  const house = await openPlayerHouse({
    channels,
    credentials,
    guides,
    routes: (fastify) => {
      fastify.get('/trivial', () => ({ ok: true }));
      fastify.get('/table', (_request, reply) => reply.type('application/json; charset=utf-8').send(table));
      fastify.get('/packed', (_request, reply) => reply.type('application/json; charset=utf-8').send(packed));
    },
  });
  await house.catalog.fresh();
  table = (
    await ask(house.port, { path: `/player_api.php?${LOGIN}&action=get_simple_data_table&stream_id=7` })
  ).body;
  packed = gzipSync(table, { level: 3 });
  process.stdout.write(`a data table has ${table.length} bytes, ${packed.length} as gzip\n`);
  await house.app.get(GuideEditions).current();
  process.send?.({ port: house.port });
}

async function serveBare(file: string): Promise<void> {
  const { size } = statSync(file);
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/xml', 'content-length': String(size) });
    createReadStream(file).pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.send?.({ port: (server.address() as AddressInfo).port });
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

async function start(args: string[], children: ChildProcess[]): Promise<number> {
  const child = fork(self, args);
  children.push(child);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return port;
}

function middle(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
