import { Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { AppConfig } from '../../platform/config/app-config.js';
import { clientAddress, TrustedProxies } from './forwarded.js';

/** The address a request comes from, behind trusted proxies. */
@Injectable()
export class ClientAddresses {
  private readonly proxies: TrustedProxies;

  constructor(config: AppConfig) {
    this.proxies = new TrustedProxies(config.server.trustedProxies);
  }

  of({ socket, headers }: IncomingMessage): string {
    const arrival = { headers, remoteAddress: socket.remoteAddress ?? '', localAddress: '', localPort: 0 };
    return clientAddress({ ...arrival, encrypted: false }, this.proxies);
  }
}
