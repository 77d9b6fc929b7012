import type { Account } from '../../users/account.js';
import type { Verdict } from '../../users/credentials.service.js';

/** What the faces need of the users' room. */
export interface Credentials {
  verify(username: string, password: string, address: string): Promise<Verdict>;
  noteSeen(userId: number): void;
}

/** How many streams of a user count against his limit right now. */
export interface ActiveConnections {
  count(userId: number): number;
}

export interface PublicServerSettings {
  /** Without a slash at its end; null = derived from each request. */
  readonly publicUrl: string | null;
  readonly trustedProxies: readonly string[];
  readonly timezone: string;
  /** Shown by players that show messages of a server. */
  readonly message: string;
}

export const CREDENTIALS = Symbol('Credentials');
export const ACTIVE_CONNECTIONS = Symbol('ActiveConnections');
export const PUBLIC_SERVER = Symbol('PublicServerSettings');

export type { Account };
