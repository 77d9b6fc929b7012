import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';
import { errorCode } from '../errors/error-code.js';
import { checkedLookup, refusalOfLiteral } from './guarded-agent.js';
import { ProxyError, proxyRefusal } from './proxy-error.js';
import { proxyAuthorization } from './proxy-url.js';
import { blocked } from './ssrf-guard.js';
import type { Resolver } from './ssrf-guard.js';

export interface TunnelOptions {
  /** As `parseProxyUrl` gives it. */
  proxyUrl: string;
  /** Host and port, the host in brackets where it needs them. */
  target: string;
  clock: Clock;
  /** For the connection to the proxy and its answer together. */
  timeoutMs: number;
  resolve: Resolver;
}

/**
 * A connection to `target` through an HTTP proxy (CONNECT). The operator named the proxy, so it may stand in a private
 * network; what nobody may contact stays forbidden. Rejects with a `ProxyError` or `fetch_blocked`.
 */
export async function openTunnel(options: TunnelOptions): Promise<Socket> {
  const { proxyUrl, target, clock, timeoutMs, resolve } = options;
  const proxy = new URL(proxyUrl);
  const refusal = refusalOfLiteral(proxy.hostname, true);
  if (refusal !== null) throw blocked('the proxy', refusal);
  const authorization = proxyAuthorization(proxy);
  const ask = request({
    host: proxy.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: proxy.port === '' ? 80 : Number(proxy.port),
    method: 'CONNECT',
    path: target,
    headers: {
      host: target,
      connection: 'keep-alive',
      ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
    },
    agent: false,
    lookup: checkedLookup(true, resolve),
  });
  const timer = clock.setTimer(timeoutMs, () =>
    ask.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' })),
  );
  try {
    const { answer, socket, head } = await answered(ask);
    const refused = proxyRefusal(answer.statusCode ?? 0);
    if (refused) {
      socket.on('error', () => undefined).destroy();
      throw refused;
    }
    if (head.length > 0) socket.unshift(head);
    return socket;
  } catch (error) {
    if (error instanceof ProxyError || errorCode(error) === 'fetch_blocked') throw error;
    const code = errorCode(error) ?? 'no answer';
    throw new ProxyError('PROXY_UNREACHABLE', `the proxy cannot be reached (${code})`);
  } finally {
    timer.cancel();
  }
}

function answered(
  ask: ReturnType<typeof request>,
): Promise<{ answer: IncomingMessage; socket: Socket; head: Buffer }> {
  return new Promise((resolve, reject) => {
    ask.once('connect', (answer, socket, head) => resolve({ answer, socket, head }));
    ask.on('error', reject);
    ask.end();
  });
}
