import type { TransitionTable } from '../core/util/state-machine.js';

export const SESSION_STATES = ['idle', 'starting', 'live', 'recovering', 'draining', 'closed'] as const;
export type SessionState = (typeof SESSION_STATES)[number];

export const SESSION_EVENTS = [
  /** The first viewer asks. */
  'open',
  /** A picture that viewers can start at stands in the ring. */
  'ready',
  /** The source broke. */
  'lost',
  /** No source could be opened, or none came back in time. */
  'failed',
  /** The last viewer left. */
  'emptied',
  /** A viewer came while draining: before the first picture, with a running source, or with a broken one. */
  'joined-starting',
  'joined-live',
  'joined-recovering',
  /** Nobody came back in time, or the place is needed, or the server ends. */
  'close',
] as const;
export type SessionEvent = (typeof SESSION_EVENTS)[number];

export const SESSION_TABLE: TransitionTable<SessionState, SessionEvent> = {
  idle: { open: 'starting', close: 'closed' },
  starting: { ready: 'live', failed: 'closed', emptied: 'draining', close: 'closed' },
  live: { lost: 'recovering', failed: 'closed', emptied: 'draining', close: 'closed' },
  recovering: { ready: 'live', failed: 'closed', emptied: 'draining', close: 'closed' },
  draining: {
    ready: 'draining',
    // Nobody watches: not worth a recovery.
    lost: 'closed',
    failed: 'closed',
    'joined-starting': 'starting',
    'joined-live': 'live',
    'joined-recovering': 'recovering',
    close: 'closed',
  },
  closed: {},
};
