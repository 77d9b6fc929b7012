import { epochText } from './text.js';
import type { ZoneFormatter } from './zone-time.js';

export type PresentedStatus = 'Active' | 'Expired' | 'Disabled' | 'Banned';

export interface PresentedAccount {
  readonly username: string;
  readonly status: PresentedStatus;
  readonly isTrial: boolean;
  /** 0 = unlimited. */
  readonly maxConnections: number;
  /** Epoch seconds. */
  readonly createdAt: number;
  /** Epoch seconds, null = never. */
  readonly expiresAt: number | null;
  readonly allowedOutputFormats: readonly ('ts' | 'm3u8')[];
}

/** Where the player reached us: what it must use to come back. */
export interface PublicBase {
  protocol: 'http' | 'https';
  /** Host name or address without port; an IPv6 address in brackets. */
  hostname: string;
  port: number;
  /** `protocol://hostname[:port][/path]`, no slash at the end. */
  url: string;
}

/**
 * 2038-01-01, the date of an account that never expires: null and "" crash pyxtream, "" crashes
 * go.xtream-codes, and a later date does not fit 32 bits.
 */
export const FAR_DATE = '2145916800';
const LAST_INT32 = 2_147_483_647;

export interface UserInfo {
  username: string;
  password: string;
  message: string;
  /** An integer: XStreamity reads any other type as logged in. */
  auth: 1;
  status: PresentedStatus;
  exp_date: string;
  is_trial: '0' | '1';
  active_cons: string;
  created_at: string;
  max_connections: string;
  allowed_output_formats: ('ts' | 'm3u8')[];
}

export interface ServerInfo {
  url: string;
  port: string;
  https_port: string;
  server_protocol: 'http' | 'https';
  rtmp_port: string;
  timezone: string;
  timestamp_now: number;
  time_now: string;
  process: true;
}

export interface AccountAnswer {
  user_info: UserInfo;
  server_info: ServerInfo;
}

/** The answer to wrong credentials, with status 200: Jellyfin.Xtream takes any other status for an outage. */
export const REFUSED_ANSWER = { user_info: { auth: 0 } } as const;

/**
 * `password` is what the player sent: pyxtream builds its stream URLs from the echo. `activeConnections` is
 * the number of streams that count against the limit, `message` what some players show after the login. An inactive account keeps `auth` 1; its status tells.
 */
export function presentUser(
  account: PresentedAccount,
  password: string,
  activeConnections: number,
  message = '',
): UserInfo {
  return {
    username: account.username,
    password,
    message,
    auth: 1,
    status: account.status,
    exp_date: expiry(account.expiresAt),
    is_trial: account.isTrial ? '1' : '0',
    active_cons: digits(activeConnections),
    created_at: epochText(account.createdAt),
    max_connections: digits(account.maxConnections),
    allowed_output_formats:
      account.allowedOutputFormats.length > 0 ? [...account.allowedOutputFormats] : ['ts'],
  };
}

/** `nowSeconds` feeds both `timestamp_now` and `time_now`: IPTVnator takes their difference for the offset. */
export function presentServer(
  base: PublicBase,
  timezone: string,
  inZone: ZoneFormatter,
  nowSeconds: number,
): ServerInfo {
  const timestamp = Math.trunc(nowSeconds);
  return {
    url: base.hostname,
    // Players that rebuild protocol://url:port need the port of that very protocol.
    port: String(base.port),
    // Never "": the login of iptv-proxy fails on it. 443 stands for "no TLS here".
    https_port: base.protocol === 'https' ? String(base.port) : '443',
    server_protocol: base.protocol,
    rtmp_port: '8880',
    timezone,
    timestamp_now: timestamp,
    time_now: inZone(timestamp),
    process: true,
  };
}

function expiry(expiresAt: number | null): string {
  if (expiresAt === null || expiresAt > LAST_INT32) return FAR_DATE;
  return epochText(expiresAt);
}

function digits(value: number): string {
  return String(Math.max(0, Math.trunc(value)));
}
