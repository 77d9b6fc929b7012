import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppConfig } from '../../platform/config/app-config.js';
import { clientAddress, TrustedProxies } from './forwarded.js';

/** The address a request comes from, behind trusted proxies. */
@Injectable()
export class ClientAddresses {
  private readonly proxies: TrustedProxies;

  constructor(config: AppConfig) {
    this.proxies = new TrustedProxies(config.server.trustedProxies);
  }

  of({ raw, headers }: FastifyRequest): string {
    const { socket } = raw;
    const arrival = { headers, remoteAddress: socket.remoteAddress ?? '', localAddress: '', localPort: 0 };
    return clientAddress({ ...arrival, encrypted: false }, this.proxies);
  }
}
