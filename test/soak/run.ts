// node build/test/soak/run.js [minutes] [seed]: exits with 1 when something was left behind.
import { soak } from './soak.js';

const [minutes = '120', seed = String(Date.now() % 100_000)] = process.argv.slice(2);
const report = (line: string): void => void process.stdout.write(`${line}\n`);
report(`${minutes} minutes, seed ${seed}`);
const result = await soak({ seconds: Number(minutes) * 60, seed: Number(seed), report });
report(JSON.stringify(result, null, 2));
const { unhandled, leftOver, readersPerSession } = result;
process.exitCode = unhandled.length + leftOver.length > 0 || readersPerSession > 1 ? 1 : 0;
