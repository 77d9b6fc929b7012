import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
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

  read(request: FastifyRequest): PlayerCall {
    const arrival = arrivalOf(request);
    return {
      method: request.method,
      headers: request.headers,
      parameter: readParameters(request.params, request.query, request.body),
      address: clientAddress(arrival, this.proxies),
      base: publicBase(arrival, this.proxies, this.publicUrl),
      encoding: acceptsGzip(request.headers['accept-encoding']) ? 'gzip' : 'identity',
    };
  }
}

function arrivalOf({ raw, headers }: FastifyRequest): Arrival {
  const { socket } = raw;
  return {
    headers,
    remoteAddress: socket.remoteAddress ?? '',
    localAddress: socket.localAddress ?? '127.0.0.1',
    localPort: socket.localPort ?? 0,
    encrypted: (socket as Partial<TLSSocket>).encrypted === true,
  };
}
