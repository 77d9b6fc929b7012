import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Arrival } from './forwarded.js';
import { clientAddress, publicBase, TrustedProxies } from './forwarded.js';

const nobody = new TrustedProxies([]);
const proxies = new TrustedProxies(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32', '::ffff:198.51.100.7']);

function arrival(headers: Arrival['headers'], changes: Partial<Arrival> = {}): Arrival {
  return {
    headers,
    remoteAddress: '10.0.0.1',
    localAddress: '10.0.0.2',
    localPort: 8080,
    encrypted: false,
    ...changes,
  };
}

describe('trusted proxies', () => {
  it.each([
    ['10.1.2.3', true],
    ['::ffff:10.1.2.3', true],
    ['11.1.2.3', false],
    ['192.0.2.1', true],
    ['192.0.2.2', false],
    ['2001:db8::7', true],
    ['2001:db9::7', false],
    ['198.51.100.7', true],
    ['', false],
    ['unix', false],
  ])('%s: %s', (address, isTrusted) => {
    expect(proxies.has(address)).toBe(isTrusted);
    expect(nobody.has(address)).toBe(false);
  });

  it('ignore entries that are no address', () => {
    expect(new TrustedProxies(['', 'proxy', '10.0.0.0/99']).has('10.0.0.1')).toBe(false);
  });
});

describe('the address of a client', () => {
  it.each([
    [undefined, '10.0.0.1'],
    ['203.0.113.9', '203.0.113.9'],
    ['198.51.100.1, 203.0.113.9', '203.0.113.9'],
    ['203.0.113.9, 10.9.9.9', '203.0.113.9'],
    ['10.9.9.9', '10.9.9.9'],
    ['203.0.113.9:4711', '203.0.113.9'],
    ['[2001:db9::1]:4711', '2001:db9::1'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['unknown', '10.0.0.1'],
    [', ,', '10.0.0.1'],
  ])('forwarded for %s: %s', (header, address) => {
    expect(clientAddress(arrival(header === undefined ? {} : { 'x-forwarded-for': header }), proxies)).toBe(
      address,
    );
  });

  it('is the neighbour himself when he is no proxy of ours', () => {
    const direct = arrival({ 'x-forwarded-for': '203.0.113.9' }, { remoteAddress: '::ffff:172.16.0.5' });
    expect(clientAddress(direct, proxies)).toBe('172.16.0.5');
    expect(clientAddress(arrival({ 'x-forwarded-for': '203.0.113.9' }), nobody)).toBe('10.0.0.1');
  });
});

describe('the public base', () => {
  const told = (headers: Arrival['headers'], changes: Partial<Arrival> = {}): string =>
    publicBase(arrival(headers, changes), proxies, null).url;

  it.each([
    [{ host: 'tv.test' }, 'http://tv.test'],
    [{ host: 'tv.test:80' }, 'http://tv.test'],
    [{ host: 'tv.test:8080' }, 'http://tv.test:8080'],
    [{ host: '192.168.1.5:8080' }, 'http://192.168.1.5:8080'],
    [{ host: '[fd00::1]:8080' }, 'http://[fd00::1]:8080'],
    [{ host: 'my_box' }, 'http://my_box'],
    [{ host: 'tv.test', 'x-forwarded-proto': 'https' }, 'https://tv.test'],
    [{ host: 'tv.test', 'x-forwarded-proto': 'https', 'x-forwarded-port': '8443' }, 'https://tv.test:8443'],
    [{ host: 'in.test', 'x-forwarded-host': 'tv.test:81', 'x-forwarded-port': '8443' }, 'http://tv.test:81'],
    [{ host: 'in.test', 'x-forwarded-host': 'first.test, tv.test' }, 'http://tv.test'],
    [{ host: 'in.test', 'x-forwarded-host': 'tv".test' }, 'http://in.test'],
    [{ host: 'in.test', 'x-forwarded-proto': 'gopher', 'x-forwarded-port': '0' }, 'http://in.test'],
    [{}, 'http://10.0.0.2:8080'],
    [{ host: '' }, 'http://10.0.0.2:8080'],
    [{ host: 'a b' }, 'http://10.0.0.2:8080'],
    [{ host: '-x' }, 'http://10.0.0.2:8080'],
    [{ host: 'tv.test:70000' }, 'http://10.0.0.2:8080'],
    [{ host: 'tv.test@evil.test' }, 'http://10.0.0.2:8080'],
  ])('%j: %s', (headers, url) => {
    expect(told(headers)).toBe(url);
  });

  it('follows the socket where nobody speaks for the client', () => {
    const headers = { host: 'tv.test', 'x-forwarded-proto': 'http', 'x-forwarded-host': 'evil.test' };
    expect(told(headers, { remoteAddress: '203.0.113.9', encrypted: true })).toBe('https://tv.test');
    expect(told({}, { localAddress: '::1' })).toBe('http://[::1]:8080');
    expect(told({}, { localAddress: '::ffff:127.0.0.1' })).toBe('http://127.0.0.1:8080');
  });

  it('is the configured one before all else', () => {
    const base = (url: string) => publicBase(arrival({ host: 'evil.test' }), proxies, url);
    expect(base('https://tv.test')).toEqual({
      protocol: 'https',
      hostname: 'tv.test',
      port: 443,
      url: 'https://tv.test',
    });
    expect(base('http://tv.test:8080/iptv/')).toEqual({
      protocol: 'http',
      hostname: 'tv.test',
      port: 8080,
      url: 'http://tv.test:8080/iptv',
    });
  });

  it('never holds a character that could break a playlist or a guide', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (host, forwarded) => {
        expect(told({ host, 'x-forwarded-host': forwarded })).toMatch(/^https?:\/\/[A-Za-z0-9._:[\]-]+$/);
      }),
    );
  });
});
