import { request } from 'node:http';

/** What answers where this installation's server would. */
export type ServerState = 'ours' | 'free' | 'foreign';

export interface OwnAnswer {
  status: number;
  /** Parsed JSON; undefined where it is none. */
  body: unknown;
}

const LOOK_MS = 3_000;
const MAX_BYTES = 4 * 1024 * 1024;
const ANY_ADDRESS = new Set(['0.0.0.0', '::', '']);

/** Base address of the server of these settings, as seen from this machine. */
export function ownAddress({ host, port }: { host: string; port: number }): string {
  const name = ANY_ADDRESS.has(host) ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

export async function ownServerState(address: string): Promise<ServerState> {
  try {
    const { body } = await askOwnServer(`${address}/healthz`, { timeoutMs: LOOK_MS });
    const isOurs = typeof body === 'object' && body !== null && 'uptimeSeconds' in body;
    return isOurs ? 'ours' : 'foreign';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'free' : 'foreign';
  }
}

/** One request to this very server; nothing else is ever asked this way. Rejects when it does not answer in time. */
export function askOwnServer(
  url: string,
  options: { method?: 'GET' | 'POST'; token?: string; timeoutMs: number },
): Promise<OwnAnswer> {
  const { method = 'GET', token, timeoutMs } = options;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, signal, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > MAX_BYTES) asked.destroy(new Error('the answer is too long'));
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: parsed(text) }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
