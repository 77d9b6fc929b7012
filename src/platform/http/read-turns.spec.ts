import { describe, expect, it } from '@jest/globals';
import { SharedReadTurns } from './read-turns.js';

describe('turns of reading', () => {
  it('come to all who wait, together, and to who waits again', async () => {
    const turns = new SharedReadTurns();
    const order: string[] = [];
    const ends = Array.from(
      { length: 40 },
      (_, index) =>
        new Promise<void>((resolve) => {
          turns.wait(() => {
            order.push(`first ${index}`);
            turns.wait(() => {
              order.push(`second ${index}`);
              resolve();
            });
          });
        }),
    );
    await Promise.all(ends);
    const said = (turn: string): string[] => Array.from({ length: 40 }, (_, index) => `${turn} ${index}`);
    expect(order).toEqual([...said('first'), ...said('second')]);
  });
});
