import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { RooftopHouse } from './rooftop-process.js';

let house: RooftopHouse;
beforeAll(async () => {
  house = await RooftopHouse.make();
});
afterAll(() => house.demolish());

it('a command whose reader leaves does what it was asked for, and says nothing more', async () => {
  const child = house.spawn(['bin/rooftop.mjs', 'users', 'add', 'ana', '--password', 'sesame-open']);
  let err = '';
  child.stderr?.on('data', (chunk: Buffer) => (err += String(chunk)));
  child.stdout?.destroy();
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const users = await house.json<{ username: string }[]>('users', 'list');
  expect(users.map(({ username }) => username)).toContain('ana');
}, 120_000);
