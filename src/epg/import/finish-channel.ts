import { finishChannel, type FinishProblem } from '../../core/guide/finish.js';
import { programmeBody } from '../../core/guide/page.js';
import type { SourcePlace } from '../../core/xmltv/problems.js';
import type { GuideProgramme } from '../../core/xmltv/types.js';
import type { SpooledProgramme } from './programme-spool.store.js';

/** A programme of a finished channel, as it goes into a page. */
export interface FinishedRecord extends SourcePlace {
  start: number;
  stop: number;
  body: Uint8Array;
}

type OnProblem = (problem: FinishProblem, programme: SpooledProgramme) => void;

/**
 * `finishChannel` for spooled programmes. Most channels are tidy: for those nothing but ends has to be compared, and the
 * bodies stay bytes. The others become objects and go the whole way.
 */
export function finishSpooled(programmes: SpooledProgramme[], onProblem: OnProblem): FinishedRecord[] {
  programmes.sort((a, b) => a.start - b.start);
  return isTidy(programmes) ? cutOverlaps(programmes, onProblem) : finishObjects(programmes, onProblem);
}

function isTidy(ordered: readonly SpooledProgramme[]): boolean {
  return ordered.every(({ start, stop }, index) => stop !== null && start !== ordered[index + 1]?.start);
}

function cutOverlaps(ordered: readonly SpooledProgramme[], onProblem: OnProblem): FinishedRecord[] {
  return ordered.map((programme, index): FinishedRecord => {
    const { start, stop, body, at, line } = programme;
    const next = ordered[index + 1]?.start ?? Infinity;
    const end = stop ?? next;
    if (end > next) onProblem('overlap', programme);
    return { start, stop: Math.min(end, next), body, at, line };
  });
}

function finishObjects(ordered: readonly SpooledProgramme[], onProblem: OnProblem): FinishedRecord[] {
  const finished = finishChannel(ordered.map(toProgramme), {
    onProblem: (problem, { spooled }) => onProblem(problem, spooled),
  });
  return finished.map(({ spooled: { at, line }, ...programme }) => {
    const { start, stop } = programme;
    return { start, stop, body: Buffer.from(programmeBody(programme)), at, line };
  });
}

/** All of one channel, so its id does not matter. */
function toProgramme(spooled: SpooledProgramme): GuideProgramme & { spooled: SpooledProgramme } {
  const said = JSON.parse(spooled.body.toString()) as Pick<GuideProgramme, 'titles'>;
  return { ...said, channelId: '', start: spooled.start, stop: spooled.stop, spooled };
}
