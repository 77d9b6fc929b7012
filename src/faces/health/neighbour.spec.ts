import { describe, expect, it } from '@jest/globals';
import { isNeighbour } from './neighbour.js';

const from = (remoteAddress: string | undefined, headers: Record<string, string> = {}): boolean =>
  isNeighbour({ headers, raw: { socket: { remoteAddress } } });

describe('isNeighbour', () => {
  it.each([
    '127.0.0.1',
    '::1',
    '::ffff:127.0.0.1',
    '192.168.1.9',
    '172.18.0.2',
    '10.0.0.1',
    'fd00::1',
    'fe80::1',
  ])('knows %s', (address) => expect(from(address)).toBe(true));

  it.each(['93.184.216.34', '::ffff:93.184.216.34', '2606:2800:220:1::1', '', 'x', undefined])(
    'does not know %s',
    (address) => expect(from(address)).toBe(false),
  );

  it.each(['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'])('trusts nobody with %s', (name) => {
    expect(from('127.0.0.1', { [name]: '127.0.0.1' })).toBe(false);
  });
});
