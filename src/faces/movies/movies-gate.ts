import { Inject, Injectable } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { TtlMap } from '../../core/util/ttl-map.js';
import type { Clock } from '../../platform/clock.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { AppError } from '../../platform/errors/app-error.js';
import { CLOCK } from '../../platform/tokens.js';
import { ClientAddresses } from '../shared/client-addresses.js';
import { CREDENTIALS, type Credentials } from '../shared/ports.js';

interface Window {
  asked: number;
  endsAt: number;
}

const WINDOW_MS = 60_000;
const MAX_ADDRESSES = 20_000;

/** Of every answer: web pages of every origin may read it. */
export const OPEN_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Retry-After',
  vary: 'Accept-Encoding',
} as const;

/** Who may ask the film API, and how often. */
@Injectable()
export class MoviesGate {
  private readonly windows: TtlMap<string, Window>;
  /** Who is refused at the door comes again the usual way, to be told why. */
  private readonly counted = new WeakSet<IncomingMessage>();

  constructor(
    private readonly config: AppConfig,
    private readonly addresses: ClientAddresses,
    @Inject(CREDENTIALS) private readonly credentials: Credentials,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const now = (): number => clock.monotonic();
    this.windows = new TtlMap({ maxEntries: MAX_ADDRESSES, ttlMs: WINDOW_MS, now });
  }

  /** Throws, or rejects, when this client may not ask now. Waits only where a login is wanted. */
  enter(request: IncomingMessage): Promise<void> | undefined {
    const address = this.addresses.of(request);
    if (!this.counted.has(request)) this.count(address);
    if (!this.config.movies.requireLogin) return undefined;
    this.counted.add(request);
    return this.admit(request, address);
  }

  private count(address: string): void {
    const { requestsPerMinute } = this.config.movies;
    if (requestsPerMinute === 0) return;
    const window = this.windows.get(address);
    if (!window) {
      this.windows.set(address, { asked: 1, endsAt: this.clock.monotonic() + WINDOW_MS });
      return;
    }
    window.asked++;
    if (window.asked <= requestsPerMinute) return;
    const wait = Math.ceil((window.endsAt - this.clock.monotonic()) / 1000);
    throw tooMany(Math.max(1, wait));
  }

  /** HTTP Basic with the name and the password of a viewer. */
  private async admit({ headers }: IncomingMessage, address: string): Promise<void> {
    const [username, password] = basicOf(headers.authorization);
    if (username === '' || password === '') throw noLogin();
    const verdict = await this.credentials.verify(username, password, address);
    switch (verdict.kind) {
      case 'ok':
        return;
      case 'throttled':
        throw tooMany(verdict.retryAfterSeconds);
      case 'refused':
        throw noLogin();
      case 'inactive':
        throw new AppError('forbidden', 'the account is not active', { status: 403 });
    }
  }
}

function basicOf(header: string | undefined): [username: string, password: string] {
  const encoded = /^Basic\s+([A-Za-z0-9+/=]{1,2048})$/i.exec(header ?? '')?.[1] ?? '';
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const at = text.indexOf(':');
  return at < 0 ? ['', ''] : [text.slice(0, at), text.slice(at + 1)];
}

function noLogin(): AppError {
  return new AppError('unauthorized', 'log in with the name and the password of a viewer (HTTP Basic)', {
    status: 401,
  });
}

function tooMany(retryAfterSeconds: number): AppError {
  return new AppError('too_many_requests', 'too many requests from this address', {
    status: 429,
    retryAfterSeconds,
  });
}
