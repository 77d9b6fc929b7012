import type { FieldProblem } from '../errors/app-error.js';
import { decodeUserInfo } from './hop.js';

const MAX_LENGTH = 2_048;

export type ProxyUrl = { ok: true; url: string } | { ok: false; rule: string };

/**
 * The address of an HTTP proxy in its shortest form, `http://[user:password@]host:port`, or why it is none. `rule`
 * goes on from the name of a field.
 */
export function parseProxyUrl(text: string): ProxyUrl {
  if (/^socks/i.test(text)) {
    return { ok: false, rule: 'names a SOCKS proxy; only HTTP proxies (http://host:port) are supported' };
  }
  if (text.length > MAX_LENGTH || !URL.canParse(text)) return NOT_A_PROXY;
  const url = new URL(text);
  const isPlain = url.protocol === 'http:' && url.pathname === '/' && url.search === '' && url.hash === '';
  return isPlain ? { ok: true, url: url.href.slice(0, -1) } : NOT_A_PROXY;
}

const NOT_A_PROXY = {
  ok: false,
  rule: 'must be the address of an HTTP proxy: http://[user:password@]host:port',
} as const;

/** What is wrong with the proxy that somebody names; nothing where none is named. */
export function proxyProblems(proxyUrl: string | null | undefined): FieldProblem[] {
  const parsed = typeof proxyUrl === 'string' ? parseProxyUrl(proxyUrl) : undefined;
  return parsed?.ok === false ? [{ field: 'proxyUrl', rule: parsed.rule }] : [];
}

/** A proxy that has been checked, as it is kept. */
export function storedProxy(proxyUrl: string | null): string | null {
  const parsed = proxyUrl === null ? undefined : parseProxyUrl(proxyUrl);
  return parsed?.ok ? parsed.url : null;
}

/** What the proxy gets as Proxy-Authorization; undefined where the address names nobody. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined;
  const pair = `${decodeUserInfo(username)}:${decodeUserInfo(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
