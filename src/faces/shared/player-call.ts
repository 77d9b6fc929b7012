import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { parse } from 'fast-querystring';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { PublicBase } from '../../core/xtream/present-user.js';
import { acceptsGzip } from './negotiation.js';
import { clientAddress, publicBase, TrustedProxies } from './forwarded.js';
import type { Arrival } from './forwarded.js';
import { readParameters } from './parameters.js';
import type { ParameterReader } from './parameters.js';
import { PUBLIC_SERVER } from './ports.js';
import type { PublicServerSettings } from './ports.js';

/** A request of a player, read once: everything a face decides by. */
export interface PlayerCall {
  method: string;
  headers: IncomingHttpHeaders;
  parameter: ParameterReader;
  /** Of the client, behind trusted proxies. */
  address: string;
  base: PublicBase;
  encoding: 'identity' | 'gzip';
}

@Injectable()
export class PlayerCalls {
  private readonly proxies: TrustedProxies;
  private readonly publicUrl: string | null;

  constructor(@Inject(PUBLIC_SERVER) settings: Pick<PublicServerSettings, 'publicUrl' | 'trustedProxies'>) {
    this.proxies = new TrustedProxies(settings.trustedProxies);
    this.publicUrl = settings.publicUrl;
  }

  read({ raw, params, query, body }: FastifyRequest): PlayerCall {
    return this.call(raw, readParameters(params, query, body));
  }

  /** Of a request that has a query at most. */
  readAtDoor(request: IncomingMessage): PlayerCall {
    return this.call(request, readParameters(undefined, queryOf(request), undefined));
  }

  private call(request: IncomingMessage, parameter: ParameterReader): PlayerCall {
    const { method = '', headers } = request;
    const arrival = arrivalOf(request);
    return {
      method,
      headers,
      parameter,
      address: clientAddress(arrival, this.proxies),
      base: publicBase(arrival, this.proxies, this.publicUrl),
      encoding: acceptsGzip(headers['accept-encoding']) ? 'gzip' : 'identity',
    };
  }
}

/** As the router reads it. */
function queryOf({ url = '' }: IncomingMessage): unknown {
  const at = url.indexOf('?');
  return at < 0 ? undefined : parse(url.slice(at + 1));
}

function arrivalOf({ socket, headers }: IncomingMessage): Arrival {
  return {
    headers,
    remoteAddress: socket.remoteAddress ?? '',
    localAddress: socket.localAddress ?? '127.0.0.1',
    localPort: socket.localPort ?? 0,
    encrypted: (socket as Partial<TLSSocket>).encrypted === true,
  };
}
