/**
 * What viewers notice of everything that can break behind them: 20 viewers of one AceStream channel with a plain HTTP
 * source behind it, one fault each, four seconds after the start. Patience for silence is 5 s here (20 s by default),
 * everything else as in production. npm run bench -- faults [FAULT]
 */
import { get } from 'node:http';
import type { ClientRequest } from 'node:http';
import { PacketSplitter } from '../../src/core/mpegts/splitter.js';
import { strictContinuity } from '../builders/ts-reader.js';
import { contentIdOf } from '../fakes/engine-simulator/catalogue.js';
import { createSim } from '../fakes/engine-simulator/engine-simulator.js';
import type { EngineSimulator } from '../fakes/engine-simulator/engine-simulator.js';
import type { Fault } from '../fakes/faults/fault.js';
import { createHttpTsHost } from '../fakes/http-ts-host.js';
import { aceId, openStreamHouse } from '../fakes/stream-house.js';
import type { StreamHouse } from '../fakes/stream-house.js';

const VIEWERS = 20;
const AT_MS = 4_000;
const WATCH_MS = 20_000;
const AT_ONCE = 3;

/** Struck at the reader of the engine's stream, or at the engine itself. */
const FAULTS: readonly (Fault & { forMs?: number })[] = [
  { kind: 'stall', ms: 60_000, atMs: AT_MS },
  { kind: 'dropFin', atMs: AT_MS },
  { kind: 'dropRst', atMs: AT_MS },
  { kind: 'truncatedChunk', atMs: AT_MS },
  { kind: 'garbage', bytes: 5_000, atMs: AT_MS },
  { kind: 'misalign', bytes: 77, atMs: AT_MS },
  { kind: 'duplicateBytes', bytes: 1_000, atMs: AT_MS },
  { kind: 'textInStream', atMs: AT_MS },
  { kind: 'ptsJump', seconds: 600, atMs: AT_MS },
  { kind: 'pcrWrap', inSeconds: 2, atMs: AT_MS },
  { kind: 'pmtChange', movePids: 16, atMs: AT_MS },
  { kind: 'noKeyframe', seconds: 6, atMs: AT_MS },
  { kind: 'burstBlast', mediaSeconds: 10, atMs: AT_MS },
  { kind: 'missingPackets', rate: 0.01 },
  { kind: 'ccErrors', rate: 0.01 },
  { kind: 'loopingContent', seconds: 5 },
  { kind: 'superseded' },
  { kind: 'sessionLost' },
  { kind: 'expireNow' },
  { kind: 'restart', downMs: 1_000 },
  { kind: 'restart', downMs: 600_000 },
  { kind: 'refuse', forMs: 5_000 },
  { kind: 'hangAll', forMs: 8_000 },
  { kind: 'hangApiOnly', forMs: 8_000 },
];

interface Row {
  fault: string;
  dropped: number;
  /** Longest time without a packet of the picture, s; over all viewers. */
  silence: number;
  continuityErrors: number;
  breaks: number;
  engineFaults: string;
}

class Viewer {
  isOver = false;
  gapMs = 0;
  private lastAt = performance.now();
  private readonly parts: Buffer[] = [];
  private readonly splitter = new PacketSplitter();
  private readonly sent: ClientRequest;

  constructor(port: number, path: string, keep: boolean) {
    this.sent = get({ host: '127.0.0.1', port, path, agent: false }, (incoming) => {
      this.lastAt = performance.now();
      incoming.on('data', (chunk: Buffer) => this.take(chunk, keep));
      incoming.once('close', () => (this.isOver = true));
      incoming.on('error', () => (this.isOver = true));
    });
    this.sent.on('error', () => (this.isOver = true));
  }

  /** Silence that still lasts counts. */
  get silenceMs(): number {
    return Math.max(this.gapMs, performance.now() - this.lastAt);
  }

  get continuityErrors(): number {
    return strictContinuity(Buffer.concat(this.parts)).length;
  }

  leave(): void {
    this.sent.destroy();
  }

  private take(chunk: Buffer, keep: boolean): void {
    const packets = this.splitter.push(chunk);
    if (keep) this.parts.push(Buffer.from(packets));
    for (let at = 0; at < packets.length; at += 188) {
      if ((packets.readUInt16BE(at + 1) & 0x1fff) === 0x1fff) continue;
      const now = performance.now();
      this.gapMs = Math.max(this.gapMs, now - this.lastAt);
      this.lastAt = now;
      return;
    }
  }
}

const [only] = process.argv.slice(2);
const queue = FAULTS.filter(({ kind }) => only === undefined || kind === only);
const rows = new Map<(typeof FAULTS)[number], Row>();
await Promise.all(
  Array.from({ length: AT_ONCE }, async (_, lane) => {
    for (let at = lane; at < queue.length; at += AT_ONCE) {
      const fault = queue[at];
      if (fault) rows.set(fault, await strike(fault));
    }
  }),
);
print('| fault | viewers dropped | s without a picture | continuity errors | breaks | at the engine |');
print('| ----- | --------------- | ------------------- | ----------------- | ------ | ------------- |');
for (const fault of queue) {
  const row = rows.get(fault);
  if (!row) continue;
  const { dropped, silence, continuityErrors, breaks, engineFaults } = row;
  print(
    `| ${row.fault} | ${dropped} | ${silence.toFixed(1)} | ${continuityErrors} | ${breaks} | ${engineFaults} |`,
  );
}

async function strike(fault: (typeof FAULTS)[number]): Promise<Row> {
  const sim = await createSim({ contents: [{ name: 'news' }] });
  const host = await createHttpTsHost({ channels: ['spare'] });
  const house = await openStreamHouse({
    engines: [sim.url],
    session: { stallMs: 5_000, lingerMs: 0, coldLingerMs: 0 },
  });
  const id = house.channels.add(aceId(contentIdOf('news')), host.urlOf('spare'));
  const { forMs, ...injected } = fault;
  const scope = forMs === undefined ? {} : { forMs };
  const isTimed = 'atMs' in injected;
  if (isTimed) sim.control.inject(injected, scope);
  const path = `/live/ines/pass/${id}.ts`;
  const viewers = Array.from({ length: VIEWERS }, (_, index) => new Viewer(house.port, path, index === 0));
  await pause(AT_MS);
  for (const viewer of viewers) viewer.gapMs = 0;
  if (!isTimed) sim.control.inject(injected, scope);
  await pause(WATCH_MS);
  const row = {
    fault: describe(fault),
    dropped: viewers.filter(({ isOver }) => isOver).length,
    silence: Math.max(...viewers.map(({ silenceMs }) => silenceMs)) / 1000,
    continuityErrors: viewers[0]?.continuityErrors ?? 0,
    breaks: house.streaming.hub.stats()[0]?.breaks ?? 0,
  };
  for (const viewer of viewers) viewer.leave();
  sim.control.heal();
  await end(house);
  const engineFaults = invariantsOf(sim);
  await Promise.all([sim.close(), host.close()]);
  return { ...row, engineFaults };
}

async function end(house: StreamHouse): Promise<void> {
  while (house.playback.sessions().length > 0) await pause(20);
  await house.close();
}

function invariantsOf(sim: EngineSimulator): string {
  try {
    sim.assertInvariants();
    return 'clean';
  } catch (error) {
    return String(error).replace(/\s+/g, ' ');
  }
}

function describe({ kind, ...details }: (typeof FAULTS)[number]): string {
  const words = Object.entries(details)
    .filter(([name]) => name !== 'atMs')
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return words.length === 0 ? kind : `${kind} (${words.join(', ')})`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
