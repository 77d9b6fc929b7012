import { detectFilm } from '../../core/films/detect-film.js';
import type { FilmReason, FilmRecord } from '../../core/films/types.js';
import { unpackPage, type ScheduledProgramme } from '../../core/guide/page.js';

/** Programmes of one guide channel and day, as they are stored: see `core/guide/page`. */
export interface GuidePageData {
  guideChannelId: number;
  data: Uint8Array;
}

/** A programme that is a film, or may be one; times in epoch seconds, as its guide means them. */
export interface FoundShowing {
  guideChannelId: number;
  start: number;
  stop: number;
  isCertain: boolean;
  reasons: FilmReason[];
  record: FilmRecord;
  /** As the guide writes it. */
  writtenTitle: string;
  description: string;
  /** Address, or "". */
  picture: string;
}

export interface FoundInPages {
  showings: FoundShowing[];
  /** Programmes looked at. */
  programmes: number;
  /** Pages that could not be unpacked: a damaged database. */
  damaged: number;
}

const MAX_DESCRIPTION = 2000;

/** Films in pages of guides, for a worker: a page takes about a millisecond. */
export function findShowings(pages: readonly GuidePageData[]): FoundInPages {
  const found: FoundInPages = { showings: [], programmes: 0, damaged: 0 };
  for (const { guideChannelId, data } of pages) {
    let programmes: ScheduledProgramme[];
    try {
      programmes = unpackPage(data);
    } catch {
      found.damaged++;
      continue;
    }
    found.programmes += programmes.length;
    for (const programme of programmes) {
      const showing = showingOf(guideChannelId, programme);
      if (showing) found.showings.push(showing);
    }
  }
  return found;
}

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
