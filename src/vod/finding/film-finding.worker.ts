import { parentPort, type MessagePort } from 'node:worker_threads';
import { detectFilm } from '../../core/films/detect-film.js';
import { unpackPage, type ScheduledProgramme } from '../../core/guide/page.js';
import type { PackedPage } from '../../epg/programmes.repository.js';
import type { FindAnswer, FindOrder, FoundShowing } from './film-finding-job.js';

const MAX_DESCRIPTION = 2000;

function showingOf(guideChannelId: number, programme: ScheduledProgramme): FoundShowing | null {
  const { kind, reasons, record } = detectFilm(programme);
  if (kind === 'no' || record.title === '') return null;
  return {
    guideChannelId,
    start: programme.start,
    stop: programme.stop,
    isCertain: kind === 'film',
    reasons,
    record,
    writtenTitle: programme.titles[0]?.text ?? '',
    description: (programme.descriptions?.[0]?.text ?? '').slice(0, MAX_DESCRIPTION),
    picture: programme.images?.[0]?.url ?? programme.icons?.[0] ?? '',
  };
}

function find(pages: readonly PackedPage[]): FindAnswer {
  const answer: FindAnswer = { showings: [], programmes: 0, damaged: 0 };
  for (const { guideChannelId, data } of pages) {
    let programmes: ScheduledProgramme[];
    try {
      programmes = unpackPage(data);
    } catch {
      answer.damaged++;
      continue;
    }
    answer.programmes += programmes.length;
    for (const programme of programmes) {
      const showing = showingOf(guideChannelId, programme);
      if (showing) answer.showings.push(showing);
    }
  }
  return answer;
}

function serve(port: MessagePort): void {
  port.on('message', ({ pages }: FindOrder) => port.postMessage(find(pages)));
}

if (!parentPort) throw new Error('film finding runs in a worker thread only');
serve(parentPort);
