import type { ScheduledProgramme } from '../guide/page.js';
import { guideId } from '../xmltv/guide-id.js';
import type { LocalText } from '../xmltv/types.js';
import type { LiveChannel } from './present-live.js';
import type { ZoneFormatter } from './zone-time.js';

export interface PresentedProgramme extends Pick<
  ScheduledProgramme,
  'start' | 'stop' | 'titles' | 'subTitles' | 'descriptions'
> {
  /** Where it comes from; null = a placeholder. */
  readonly guideChannelId: number | null;
}

export type GuideOwner = Pick<LiveChannel, 'id' | 'epgChannelId' | 'archiveDays'>;

/** What every action says of a programme. */
interface ListingFacts {
  /** Digits of 32 bits: Jellyfin.Xtream drops the whole list at a larger one. */
  id: string;
  epg_id: string;
  /** Standard base64, padded, of UTF-8: what `atob` reads. */
  title: string;
  lang: string;
  description: string;
  /** As `epg_channel_id` of the channel. */
  channel_id: string;
}

/** A row of `get_short_epg` and `get_simple_data_table`. */
export interface Listing extends ListingFacts {
  /** `YYYY-MM-DD HH:MM:SS` in the zone of `server_info`: Jellyfin sends it back as the start of a recording. */
  start: string;
  end: string;
  /** The same as `end`: XStreamity reads either. */
  stop: string;
  start_timestamp: string;
  stop_timestamp: string;
  /** Integers in both actions: open-tv reads eight bits, Jellyfin rejects "1". */
  now_playing: 0 | 1;
  has_archive: 0 | 1;
}

/** A row of `get_epg`. */
export interface EpgRow extends ListingFacts {
  /** Epoch seconds. */
  start: number;
  end: number;
}

const SECONDS_PER_DAY = 86_400;
const MINUTE = 60;
const ID_CHANNELS = 65_536;
const ID_MINUTES = 32_768;
/** Of one text; players show a few lines. */
const MAX_TEXT = 4_096;

export function presentListing(
  owner: GuideOwner,
  programme: PresentedProgramme,
  nowSeconds: number,
  inZone: ZoneFormatter,
): Listing {
  const { start, stop } = programme;
  const end = inZone(stop);
  return {
    ...facts(owner, programme),
    start: inZone(start),
    end,
    stop: end,
    start_timestamp: String(start),
    stop_timestamp: String(stop),
    now_playing: start <= nowSeconds && nowSeconds < stop ? 1 : 0,
    has_archive: stop <= nowSeconds && nowSeconds <= leavesArchive(owner, stop) ? 1 : 0,
  };
}

export function presentEpgRow(owner: GuideOwner, programme: PresentedProgramme): EpgRow {
  return { ...facts(owner, programme), start: programme.start, end: programme.stop };
}

/** When rows made now stop being true, because one of them begins, ends or leaves the archive. Infinity = never. */
export function nextListingChange(
  owner: GuideOwner,
  programmes: readonly PresentedProgramme[],
  nowSeconds: number,
): number {
  let next = Number.POSITIVE_INFINITY;
  for (const { start, stop } of programmes) {
    for (const moment of [start, stop, leavesArchive(owner, stop) + 1]) {
      if (moment > nowSeconds && moment < next) next = moment;
    }
  }
  return next;
}

function facts(owner: GuideOwner, programme: PresentedProgramme): ListingFacts {
  const { titles, subTitles, descriptions, guideChannelId } = programme;
  return {
    id: String(listingId(owner.id, programme.start)),
    epg_id: String(guideChannelId ?? 0),
    title: base64(textOf(titles)),
    lang: titles[0]?.lang ?? '',
    // Players know no sub-title: it stands above the description.
    description: base64([textOf(subTitles), textOf(descriptions)].filter((text) => text !== '').join('\n')),
    channel_id: guideId(owner.epgChannelId),
  };
}

/**
 * Programmes are kept without ids of their own. This one is the same in every answer, and no other programme of the
 * same three weeks has it while channels have ids below 65,536.
 */
function listingId(channelId: number, start: number): number {
  return (channelId % ID_CHANNELS) * ID_MINUTES + (Math.floor(start / MINUTE) % ID_MINUTES);
}

function leavesArchive({ archiveDays }: GuideOwner, stop: number): number {
  return archiveDays > 0 ? stop + Math.trunc(archiveDays) * SECONDS_PER_DAY : Number.NEGATIVE_INFINITY;
}

function textOf(texts: readonly LocalText[] = []): string {
  return texts[0]?.text.slice(0, MAX_TEXT) ?? '';
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
