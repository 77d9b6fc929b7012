import { guideId } from '../xmltv/guide-id.js';
import { absoluteUrl, displayName, epochText } from './text.js';

export interface LiveChannel {
  readonly id: number;
  readonly num: number;
  readonly name: string;
  readonly categoryId: number;
  readonly logo: string;
  readonly epgChannelId: string;
  /** Epoch seconds. */
  readonly addedAt: number;
  readonly isAdult: boolean;
  /** Days of archive, 0 = none. */
  readonly archiveDays: number;
}

/** A row of `get_live_streams`, in the spelling that the strictest client of each kind accepts. */
export interface LiveRow {
  num: number;
  name: string;
  stream_type: 'live';
  stream_id: number;
  stream_icon: string;
  epg_channel_id: string;
  added: string;
  is_adult: '0' | '1';
  category_id: string;
  category_ids: number[];
  custom_sid: '';
  tv_archive: 0 | 1;
  direct_source: '';
  tv_archive_duration: number;
  thumbnail: '';
}

export function presentLive(channel: LiveChannel): LiveRow {
  return {
    num: Math.trunc(channel.num),
    name: channelName(channel),
    stream_type: 'live',
    stream_id: channel.id,
    stream_icon: absoluteUrl(channel.logo),
    epg_channel_id: guideId(channel.epgChannelId),
    added: epochText(channel.addedAt),
    // pyxtream hides adult channels only for the string "1".
    is_adult: channel.isAdult ? '1' : '0',
    category_id: String(channel.categoryId),
    category_ids: [channel.categoryId],
    custom_sid: '',
    tv_archive: channel.archiveDays > 0 ? 1 : 0,
    // A filled direct_source makes players bypass the server, and would tell them where it gets its streams.
    direct_source: '',
    tv_archive_duration: Math.max(0, Math.trunc(channel.archiveDays)),
    thumbnail: '',
  };
}

export function channelName(channel: Pick<LiveChannel, 'id' | 'name'>): string {
  return displayName(channel.name, `Channel ${channel.id}`);
}
