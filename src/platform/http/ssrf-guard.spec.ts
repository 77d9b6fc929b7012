import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { refusalOf, resolveChecked } from './ssrf-guard.js';

const PUBLIC = [
  '93.184.216.34',
  '1.1.1.1',
  '2606:2800:220:1::1',
  '64:ff9b::5db8:d822',
  '::ffff:93.184.216.34',
];
const PRIVATE = [
  '127.0.0.1',
  '127.255.0.9',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '::1',
  'fd00::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:10.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b::10.0.0.1',
  '::127.0.0.1',
];
const NEVER = [
  '0.0.0.0',
  '169.254.169.254',
  '::ffff:169.254.169.254',
  '64:ff9b::a9fe:a9fe',
  '224.0.0.1',
  '255.255.255.255',
  '240.0.0.1',
  '192.0.2.1',
  '::',
  'fe80::1',
  'ff02::1',
  '2002:7f00:1::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  '2001:db8::1',
  'fec0::1',
  '64:ff9b:1::7f00:1',
];

describe('refusalOf', () => {
  it.each(PUBLIC)('lets %s pass', (address) => {
    expect(refusalOf(address, false)).toBeNull();
    expect(refusalOf(address, true)).toBeNull();
  });

  it.each(PRIVATE)('asks for permission for %s', (address) => {
    expect(refusalOf(address, false)).toBe('a private address');
    expect(refusalOf(address, true)).toBeNull();
  });

  it.each(NEVER)('refuses %s always', (address) => {
    expect(refusalOf(address, false)).toMatch(/^a special address/);
    expect(refusalOf(address, true)).toMatch(/^a special address/);
  });

  it('judges an IPv4 address alike in all its IPv6 clothes', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.boolean(), (address, allowPrivate) => {
        const plain = refusalOf(address, allowPrivate);
        expect(refusalOf(`::ffff:${address}`, allowPrivate)).toBe(plain);
        expect(refusalOf(`64:ff9b::${address}`, allowPrivate)).toBe(plain);
      }),
    );
  });

  it('refuses what is no address', () => {
    for (const text of ['', 'localhost', '1.2.3.4.5', '1.2.3.4:80']) {
      expect(refusalOf(text, true)).toBe('not an address');
    }
  });
});

describe('resolveChecked', () => {
  const answer =
    (...addresses: string[]) =>
    () =>
      Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

  it('gives the addresses of a public host', async () => {
    const addresses = await resolveChecked('tv.example', false, answer('1.1.1.1', '2606:2800:220:1::1'));
    expect(addresses.map(({ address }) => address)).toEqual(['1.1.1.1', '2606:2800:220:1::1']);
  });

  it('refuses a host of which a single address is forbidden', async () => {
    await expect(resolveChecked('tv.example', false, answer('1.1.1.1', '10.0.0.1'))).rejects.toMatchObject({
      code: 'fetch_blocked',
      message: expect.stringContaining('tv.example is a private address'),
    });
    await expect(resolveChecked('tv.example', true, answer('10.0.0.1'))).resolves.toHaveLength(1);
    await expect(resolveChecked('tv.example', true, answer('169.254.169.254'))).rejects.toMatchObject({
      code: 'fetch_blocked',
    });
  });

  it('asks nobody about literal addresses, in whatever spelling', async () => {
    const never = (): Promise<never> => Promise.reject(new Error('resolved'));
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '0x7f.1',
      '[::1]',
      '[::ffff:7f00:1]',
    ]) {
      await expect(resolveChecked(host, false, never)).rejects.toMatchObject({ code: 'fetch_blocked' });
    }
    await expect(resolveChecked('0x7f.1', true, never)).resolves.toEqual([
      { address: '127.0.0.1', family: 4 },
    ]);
  });

  it('passes failures of the resolver on, and an empty answer as unknown', async () => {
    await expect(resolveChecked('tv.example', false, answer())).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });
});
