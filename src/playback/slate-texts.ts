import type { SlateText } from '../core/slate/slate-card.js';
import type { WallClock } from '../core/xmltv/zones.js';
import type { FailureKind } from '../streaming/stream-failure.js';
import type { Account } from '../users/account.js';

/** Headline of the slate for a device whose place was taken. */
export const CROWDED = 'Too many devices';

const DAY = 86_400;
const NEAR_DAYS: readonly string[] = ['Today', 'Tomorrow'];
const WEEK = 7;

const REASONS: Readonly<Record<FailureKind, string>> = {
  'not-found': 'None of its sources exists any more.',
  unavailable: 'Its sources do not answer, or every place is taken.',
  'no-peers': 'Nobody shares it at the moment.',
  timeout: 'Its sources send no picture.',
  'bad-media': 'Its sources send something else than television.',
  licence: 'Its source wants to be paid for it.',
  unsupported: 'This server cannot play its sources.',
  cancelled: '',
};

/** The channel cannot be played now. */
export function offlineSlate(channelName: string, kind: FailureKind): SlateText {
  return { title: 'Channel offline', lines: [channelName, REASONS[kind], 'Try again in a minute.'] };
}

/** The account is known and may not watch. */
export function accountSlate({ status, expiresAt }: Pick<Account, 'status' | 'expiresAt'>): SlateText {
  const lines = ['Please talk to whoever runs this server.'];
  if (status !== 'Expired' || expiresAt === null) return { title: 'Account closed', lines };
  return { title: `Account expired on ${dayOf(expiresAt)}`, lines };
}

/** Another device of the account took the place. */
export function crowdedSlate({ maxConnections }: Pick<Account, 'maxConnections'>): SlateText {
  const devices = maxConnections === 1 ? 'one device' : `${maxConnections} devices`;
  return { title: CROWDED, lines: [`This account may watch on ${devices} at a time.`] };
}

/** The film comes later: "Today 21:00 on Channel One". Epoch seconds; the clock is that of the server's zone. */
export function notBegunSlate(
  film: string,
  channelName: string,
  { start, now }: { start: number; now: number },
  clock: WallClock,
): SlateText {
  const wall = new Date(clock.toWall(start) * 1000);
  const time = wall.toISOString().slice(11, 16);
  const days = Math.floor(clock.toWall(start) / DAY) - Math.floor(clock.toWall(now) / DAY);
  return {
    title: `${nameOfDay(wall, days)} ${time} on ${channelName}`,
    lines: [film, 'It has not begun yet.'],
  };
}

/** `wall` reads as the clock on the wall would in UTC; `days` from today. */
function nameOfDay(wall: Date, days: number): string {
  const near = NEAR_DAYS[days];
  if (near !== undefined) return near;
  // A weekday names a day within the next seven only.
  const format: Intl.DateTimeFormatOptions =
    days < WEEK ? { weekday: 'long' } : { day: 'numeric', month: 'long' };
  return new Intl.DateTimeFormat('en-GB', { ...format, timeZone: 'UTC' }).format(wall);
}

function dayOf(epochSeconds: number): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' }).format(epochSeconds * 1000);
}
