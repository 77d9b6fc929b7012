import { describe, expect, it } from '@jest/globals';
import { SESSION_EVENTS, SESSION_STATES, SESSION_TABLE } from './session-states.js';
import type { SessionState } from './session-states.js';

/** The same table once more, as a picture: a change to one must be made to both. */
const PICTURE = `
idle open starting
idle close closed
starting ready live
starting failed closed
starting emptied draining
starting close closed
live lost recovering
live failed closed
live emptied draining
live close closed
recovering ready live
recovering failed closed
recovering emptied draining
recovering close closed
draining ready draining
draining lost closed
draining failed closed
draining joined-starting starting
draining joined-live live
draining joined-recovering recovering
draining close closed
`;

describe('the states of a stream', () => {
  it('change as drawn, and in no other way', () => {
    const lines = SESSION_STATES.flatMap((state) =>
      SESSION_EVENTS.map((event) => [state, event, SESSION_TABLE[state][event]] as const),
    )
      .filter(([, , to]) => to !== undefined)
      .map((line) => line.join(' '));
    expect(lines.sort()).toEqual(PICTURE.trim().split('\n').sort());
  });

  it('can all be reached, and all reach the end', () => {
    const reachable = (from: SessionState): Set<SessionState> => {
      const found = new Set<SessionState>([from]);
      for (const state of found) for (const next of Object.values(SESSION_TABLE[state])) found.add(next);
      return found;
    };
    expect([...reachable('idle')].sort()).toEqual([...SESSION_STATES].sort());
    for (const state of SESSION_STATES) expect(reachable(state).has('closed')).toBe(true);
  });

  it('end for good', () => {
    expect(SESSION_TABLE.closed).toEqual({});
  });
});
