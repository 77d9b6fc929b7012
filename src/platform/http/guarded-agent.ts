import type { LookupFunction, Socket } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { connectorWithReusedReads } from './reused-reads.js';
import type { Resolver } from './ssrf-guard.js';
import { blocked, refusalOf, resolveBySystem, resolveChecked } from './ssrf-guard.js';

export interface GuardedAgentOptions {
  /** Lets the home network and this machine be reached. Link-local, multicast and the like stay forbidden. */
  allowPrivate: boolean;
  connectTimeoutMs?: number;
  /** To one host at once. */
  connections?: number;
  resolve?: Resolver;
  /** For bodies that go on for hours, see `usesBytesAtOnce`. */
  reuseReads?: boolean;
}

/**
 * An agent that resolves host names itself and connects only to addresses it has checked, at the moment of connecting:
 * a name that answers differently the second time (rebinding) meets the same check. Fails with `fetch_blocked`.
 */
export function createGuardedAgent(options: GuardedAgentOptions): Agent {
  const { allowPrivate, resolve = resolveBySystem } = options;
  const build = options.reuseReads ? connectorWithReusedReads : buildConnector;
  const connect = build({
    timeout: options.connectTimeoutMs ?? 10_000,
    lookup: checkedLookup(allowPrivate, resolve),
    autoSelectFamily: true,
  });
  return new Agent({
    ...(options.connections === undefined ? {} : { connections: options.connections }),
    connect: (target, callback) => {
      // Node does not look up what already is an address, so these are checked here.
      const refusal = refusalOfLiteral(target.hostname, allowPrivate);
      if (refusal !== null) return callback(blocked(target.hostname, refusal), null);
      connect(target, (error, socket) => {
        if (error) return callback(error, null);
        const late = refusalOfPeer(socket, allowPrivate);
        if (late === null) return callback(null, socket);
        socket.destroy();
        callback(blocked(target.hostname, late), null);
      });
    },
  });
}

/** For the socket layer: finds only addresses that may be contacted. */
export function checkedLookup(allowPrivate: boolean, resolve: Resolver): LookupFunction {
  return (hostname, options, callback) => {
    resolveChecked(hostname, allowPrivate, resolve).then(
      (addresses) => {
        const [first] = addresses;
        if (options.all) callback(null, [...addresses]);
        else callback(null, first?.address ?? '', first?.family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, ''),
    );
  };
}

/** Why a host that is an address must not be contacted; null = it may, or it is a name. */
export function refusalOfLiteral(hostname: string, allowPrivate: boolean): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  const refusal = refusalOf(bare, allowPrivate);
  return refusal === 'not an address' ? null : refusal;
}

/** The last look: where the socket really went. */
function refusalOfPeer(socket: Socket, allowPrivate: boolean): string | null {
  return socket.remoteAddress === undefined ? null : refusalOf(socket.remoteAddress, allowPrivate);
}
