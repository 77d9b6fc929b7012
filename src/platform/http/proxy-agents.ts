import type { Dispatcher } from 'undici';
import { Agent, buildConnector } from 'undici';
import type { Clock } from '../clock.js';
import { refusalOfLiteral } from './guarded-agent.js';
import { openTunnel } from './proxy-tunnel.js';
import { blocked, resolveBySystem } from './ssrf-guard.js';
import type { Resolver } from './ssrf-guard.js';

export interface ProxyAgentsOptions {
  clock: Clock;
  connectTimeoutMs?: number;
  /** Proxies kept at once; the one that was not asked for longest makes way. */
  maxAgents?: number;
  /** Tunnels to one host at once; not given = as many as there are requests. */
  connections?: number;
  /** How long a tunnel that carries nothing stays open, ms. Proxies count tunnels: at once, where not given. */
  keepAliveMs?: number;
  resolve?: Resolver;
}

/**
 * One client for each proxy in use. The targets are judged like those of the guarded agent as far as they are
 * addresses; names are resolved by the proxy, where our own name server has no say.
 */
export class ProxyAgents {
  private readonly agents = new Map<string, Agent>();
  /** Those that made way and finish what they carry. */
  private readonly leaving = new Set<Agent>();

  constructor(private readonly options: ProxyAgentsOptions) {}

  /** `proxyUrl` as `parseProxyUrl` gives it. Ask again for every request: an agent that was not used is let go. */
  dispatcher(proxyUrl: string, allowPrivate: boolean): Dispatcher {
    const key = `${allowPrivate ? 'open' : 'guarded'} ${proxyUrl}`;
    const agent = this.agents.get(key) ?? this.create(proxyUrl, allowPrivate);
    this.agents.delete(key);
    this.agents.set(key, agent);
    const [oldest] = this.agents;
    if (oldest && this.agents.size > (this.options.maxAgents ?? 32)) {
      this.agents.delete(oldest[0]);
      this.retire(oldest[1]);
    }
    return agent;
  }

  get size(): number {
    return this.agents.size;
  }

  /** Ends all transfers. */
  async destroy(): Promise<void> {
    const all = [...this.agents.values(), ...this.leaving];
    this.agents.clear();
    this.leaving.clear();
    await Promise.all(all.map((agent) => agent.destroy()));
  }

  private retire(agent: Agent): void {
    this.leaving.add(agent);
    const gone = (): boolean => this.leaving.delete(agent);
    agent.close().then(gone, gone);
  }

  private create(proxyUrl: string, allowPrivate: boolean): Agent {
    const { clock, connectTimeoutMs = 10_000, resolve = resolveBySystem } = this.options;
    const { connections, keepAliveMs = 1 } = this.options;
    const secure = buildConnector({ timeout: connectTimeoutMs });
    return new Agent({
      keepAliveTimeout: keepAliveMs,
      keepAliveMaxTimeout: keepAliveMs,
      ...(connections === undefined ? {} : { connections }),
      connect: (target, callback) => {
        const refusal = refusalOfTarget(target.hostname, allowPrivate);
        if (refusal !== null) return callback(blocked(target.hostname, refusal), null);
        const port = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port;
        openTunnel({
          proxyUrl,
          target: `${target.hostname}:${port}`,
          clock,
          timeoutMs: connectTimeoutMs,
          resolve,
        }).then(
          (socket) => {
            if (target.protocol === 'https:') secure({ ...target, httpSocket: socket }, callback);
            else callback(null, socket);
          },
          (error: unknown) => callback(error as Error, null),
        );
      },
    });
  }
}

/** Names are the proxy's business, but for the one that always means the proxy's own machine. */
function refusalOfTarget(hostname: string, allowPrivate: boolean): string | null {
  if (!allowPrivate && /(?:^|\.)localhost\.?$/i.test(hostname)) return 'a private address';
  return refusalOfLiteral(hostname, allowPrivate);
}
