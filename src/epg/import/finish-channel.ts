import { finishChannel, type FinishReport } from '../../core/guide/finish.js';
import { programmeBody } from '../../core/guide/page.js';
import type { GuideProgramme } from '../../core/xmltv/types.js';
import type { SpooledProgramme } from './programme-spool.store.js';

/** A programme of a finished channel, as it goes into a page. */
export interface FinishedRecord {
  start: number;
  stop: number;
  body: Uint8Array;
}

/**
 * `finishChannel` for spooled programmes. Most channels are tidy: for those nothing but ends has to be compared, and the
 * bodies stay bytes. The others become objects and go the whole way.
 */
export function finishSpooled(programmes: SpooledProgramme[]): {
  programmes: FinishedRecord[];
  report: FinishReport;
} {
  programmes.sort((a, b) => a.start - b.start);
  return isTidy(programmes) ? cutOverlaps(programmes) : finishObjects(programmes);
}

function isTidy(ordered: readonly SpooledProgramme[]): boolean {
  return ordered.every(({ start, stop }, index) => stop !== null && start !== ordered[index + 1]?.start);
}

function cutOverlaps(ordered: readonly SpooledProgramme[]): ReturnType<typeof finishSpooled> {
  const report: FinishReport = { duplicates: 0, rivals: 0, filled: 0, overlaps: 0 };
  const programmes = ordered.map(({ start, stop, body }, index): FinishedRecord => {
    const next = ordered[index + 1]?.start ?? Infinity;
    const end = stop ?? next;
    if (end > next) report.overlaps++;
    return { start, stop: Math.min(end, next), body };
  });
  return { programmes, report };
}

function finishObjects(ordered: readonly SpooledProgramme[]): ReturnType<typeof finishSpooled> {
  const { programmes, report } = finishChannel(ordered.map(toProgramme));
  return {
    programmes: programmes.map((programme) => ({
      start: programme.start,
      stop: programme.stop,
      body: Buffer.from(programmeBody(programme)),
    })),
    report,
  };
}

/** All of one channel, so its id does not matter. */
function toProgramme({ start, stop, body }: SpooledProgramme): GuideProgramme {
  const said = JSON.parse(body.toString()) as Pick<GuideProgramme, 'titles'>;
  return { ...said, channelId: '', start, stop };
}
