import type { FinishedProgramme } from './guide-stager.js';
import type { SpooledProgramme } from './programme-spool.store.js';

export interface FinishedChannel {
  programmes: FinishedProgramme[];
  duplicates: number;
  overlaps: number;
}

const LAST_SECONDS = 3600;

/**
 * Puts the programmes of a channel in order. Exact doubles are dropped; of several that begin at once the first stays;
 * one that runs into the next is cut short; one without an end lasts until the next, the last of all an hour.
 */
export function finishChannel(found: SpooledProgramme[]): FinishedChannel {
  found.sort((a, b) => a.start - b.start);
  const programmes: FinishedProgramme[] = [];
  let duplicates = 0;
  let overlaps = 0;
  for (const [index, programme] of found.entries()) {
    const previous = programmes.at(-1);
    if (previous && previous.start === programme.start) {
      if (Buffer.compare(previous.body, programme.body) === 0) duplicates++;
      else overlaps++;
      continue;
    }
    if (previous && previous.stop > programme.start) {
      previous.stop = programme.start;
      overlaps++;
    }
    const next = found.slice(index + 1, index + 50).find(({ start }) => start > programme.start);
    programmes.push({
      start: programme.start,
      stop: programme.stop ?? next?.start ?? programme.start + LAST_SECONDS,
      body: programme.body,
    });
  }
  return { programmes, duplicates, overlaps };
}
