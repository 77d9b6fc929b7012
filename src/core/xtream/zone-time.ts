import { WallClock } from '../xmltv/zones.js';

/** Epoch seconds → `YYYY-MM-DD HH:MM:SS` in one zone. */
export type ZoneFormatter = (epochSeconds: number) => string;

/**
 * Makes the formatter of an IANA zone; make it once and keep it. `server_info.timezone`, `time_now` and the
 * times of the guide must all come from the same zone: IPTVnator derives the offset from them.
 * Throws RangeError when the zone is unknown.
 */
export function zoneFormatter(zone: string): ZoneFormatter {
  const clock = new WallClock(zone);
  return (epochSeconds) => {
    const wall = new Date(clock.toWall(epochSeconds) * 1000).toISOString();
    return `${wall.slice(0, 10)} ${wall.slice(11, 19)}`;
  };
}
