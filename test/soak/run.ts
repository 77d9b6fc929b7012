// node build/test/soak/run.js [minutes] [seed] [viewers] [ms between events] [kbit/s]: exits with 1 when something was
// left behind.
import { soak } from './soak.js';

const [minutes = '120', seed = String(Date.now() % 100_000), viewers = '30', everyMs = '60', kbps = '1000'] =
  process.argv.slice(2);
const report = (line: string): void =>
  void process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`);
report(`${minutes} minutes, seed ${seed}, ${viewers} viewers, something every ${everyMs} ms, ${kbps} kbit/s`);
const result = await soak({
  seconds: Number(minutes) * 60,
  seed: Number(seed),
  viewers: Number(viewers),
  everyMs: Number(everyMs),
  bitrateKbps: Number(kbps),
  report,
});
report(JSON.stringify(result, null, 2));
const { unhandled, leftOver, leaked, superseded, readersPerSession } = result;
process.exitCode =
  unhandled.length + leftOver.length + leaked + superseded > 0 || readersPerSession > 1 ? 1 : 0;
