// For the health check of a container: asks the server of this machine whether it lives. Reads the same
// configuration, so it asks at the right port.
import { loadConfig } from '../dist/src/platform/config/load-config.js';

const ANY = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };
const { host, port } = loadConfig().config.server;
const name = ANY[host] ?? (host.includes(':') ? `[${host}]` : host);
const answer = await fetch(`http://${name}:${port}/healthz`, { signal: AbortSignal.timeout(4000) }).catch(
  (error) => ({ ok: false, statusText: error.message }),
);
if (!answer.ok) {
  process.stderr.write(`unhealthy: ${answer.status ?? ''} ${answer.statusText}\n`);
  process.exitCode = 1;
}
