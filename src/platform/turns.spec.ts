import { expect, it } from '@jest/globals';
import { TurnCounter } from '../../test/builders/turn-counter.js';
import { nextTurn } from './turns.js';

it('lets one of those who wait go on in each turn, in their order', async () => {
  const turns = new TurnCounter();
  const went: { who: string; turn: number }[] = [];
  const work = async (who: string): Promise<void> => {
    for (let slice = 0; slice < 2; slice++) {
      await nextTurn();
      went.push({ who, turn: turns.turns });
    }
  };
  await Promise.all([work('a'), work('b'), work('c')]);
  turns.stop();
  expect(went.map(({ who }) => who).join('')).toBe('abcabc');
  expect(new Set(went.map(({ turn }) => turn)).size).toBe(6);
});

it('starts again after everybody went on', async () => {
  await nextTurn();
  const turns = new TurnCounter();
  await nextTurn();
  expect(turns.stop()).toBeLessThanOrEqual(2);
});
