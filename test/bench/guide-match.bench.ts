// What matching channels with a guide costs: in one thread, and as the server does it, in a worker fed in slices. The baseline
// is the least that any matching by name has to do: bring all names into their normal form and look them up once.
// node build/test/bench/guide-match.bench.js [channels] [guide channels]
import type { ChannelEntry, GuideEntry } from '../../src/core/match/guide-candidates.js';
import { matchGuide } from '../../src/core/match/guide-matcher.js';
import { normaliseName } from '../../src/core/match/normalise.js';
import { MatchWorker } from '../../src/epg/linking/match-worker.js';
import { SystemClock } from '../../src/platform/clock.js';
import { readGuidePairs } from '../builders/guide-pairs.js';
import { LoopWatch } from './loop-watch.js';

const SLICE = 500;
const ROUNDS = 3;

/** Names of real channels with towns and numbers behind them, so that families are as large as in the guides of the world. */
function makeGuide(count: number): GuideEntry[] {
  const names = readGuidePairs().flatMap(({ guide }) => guide.map(({ id, names: own }) => ({ id, own })));
  return Array.from({ length: count }, (_, ref) => {
    const { id, own } = names[ref % names.length] ?? { id: '', own: [] };
    const round = Math.floor(ref / names.length);
    const suffix =
      round === 0 ? '' : ` ${PLACES[round % PLACES.length]}${round < PLACES.length ? '' : ` ${round}`}`;
    return { ref, guideId: `${id}${suffix}`, names: own.map((name) => name + suffix), programmes: 100 };
  });
}

/** Spelt as lists spell them: half of what the guide has, the rest close to it or unknown. */
function makeChannels(count: number, guide: readonly GuideEntry[]): ChannelEntry[] {
  const step = Math.max(1, Math.floor(guide.length / count));
  return Array.from({ length: count }, (_, ref) => {
    const name = guide[(ref * step) % guide.length]?.names[0] ?? '';
    const spelt = [
      name,
      `${name} HD`,
      `|XX| ${name} FHD`,
      `${name} Extra`,
      `Unknown ${ref} ${name.slice(0, 4)}`,
    ];
    return { ref, name: spelt[ref % spelt.length] ?? name, guideId: '' };
  });
}

const PLACES = (
  'North South East West Central Aachen Bonn Berlin London Leeds Paris Lyon Nice Rome Milan Turin Madrid Sevilla ' +
  'Moscow Kazan Omsk Perm Kyiv Lviv Warsaw Prague Vienna Graz Zurich Bern Lisbon Porto Athens Sofia Oslo Bergen'
).split(' ');

function baseline(channels: readonly ChannelEntry[], guide: readonly GuideEntry[]): number {
  const known = new Map(guide.flatMap(({ ref, names }) => names.map((name) => [normaliseName(name), ref])));
  return channels.filter(({ name }) => known.has(normaliseName(name))).length;
}

function timed<T>(work: () => T): { ms: number; result: T } {
  const startedAt = performance.now();
  const result = work();
  return { ms: performance.now() - startedAt, result };
}

function best<T>(work: () => T): { ms: number; result: T } {
  return Array.from({ length: ROUNDS }, () => timed(work)).reduce((a, b) => (b.ms < a.ms ? b : a));
}

async function inWorker(channels: readonly ChannelEntry[], guide: readonly GuideEntry[]): Promise<number> {
  const worker = new MatchWorker(new SystemClock(), new AbortController().signal);
  const pause = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  for (let at = 0; at < channels.length; at += SLICE) {
    const slice = channels.slice(at, at + SLICE);
    worker.addChannels(slice.map(({ ref, name, guideId }) => ({ id: ref, name, tvgId: guideId })));
    await pause();
  }
  for (let at = 0; at < guide.length; at += SLICE) {
    const rows = guide.slice(at, at + SLICE).map(({ ref, guideId, names, programmes }) => ({
      ...{ id: ref, xmltvId: guideId, programmes },
      details: JSON.stringify({ names: names.map((text) => ({ text })) }),
    }));
    worker.addGuide(rows);
    await pause();
  }
  let verdicts = 0;
  for await (const slice of worker.match()) verdicts += slice.length;
  await worker.close();
  return verdicts;
}

const [channelCount = 5000, guideCount = 20_000] = process.argv.slice(2).map(Number);
const guide = makeGuide(guideCount);
const channels = makeChannels(channelCount, guide);
const least = best(() => baseline(channels, guide));
const matched = best(() => matchGuide(channels, guide));
const startedAt = performance.now();
const verdicts = await inWorker(channels, guide);
const workerMs = performance.now() - startedAt;
// Apart, because watching keeps a core busy.
const watch = new LoopWatch();
watch.take();
await inWorker(channels, guide);
const turn = watch.take();
watch.stop();

const linked = matched.result.filter(({ kind }) => kind === 'link').length;
const waiting = matched.result.filter(({ kind }) => kind === 'review').length;
const print = (what: string, figures: string): void =>
  void process.stdout.write(`${what.padEnd(38)} ${figures}\n`);
print('channels × guide channels', `${channelCount} × ${guideCount}`);
print('normal forms and one look-up', `${least.ms.toFixed(0)} ms (${least.result} found)`);
print('matching, one thread', `${matched.ms.toFixed(0)} ms (${linked} linked, ${waiting} to review)`);
print('ratio', (matched.ms / least.ms).toFixed(1));
print('in a worker, fed in slices', `${workerMs.toFixed(0)} ms (${verdicts} verdicts)`);
print(
  'longest turn of the main thread',
  `${turn.cpuMs.toFixed(1)} ms CPU, ${turn.wallMs.toFixed(1)} ms wall`,
);
