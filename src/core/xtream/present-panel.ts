import type { CategoryRow } from './present-categories.js';
import { presentLive } from './present-live.js';
import type { LiveChannel } from './present-live.js';
import type { ServerInfo, UserInfo } from './present-user.js';

export type PanelUser = Omit<UserInfo, 'message'>;
export type PanelServer = Pick<ServerInfo, 'url' | 'port' | 'https_port' | 'server_protocol'>;

export interface PanelCategories {
  live: CategoryRow[];
  movie: CategoryRow[];
  series: CategoryRow[];
}

/** One value of `available_channels`, which is an object keyed by stream id. */
export interface PanelChannel {
  num: number;
  name: string;
  stream_type: 'live';
  type_name: 'Live Streams';
  /** A string here, unlike everywhere else. */
  stream_id: string;
  stream_icon: string;
  epg_channel_id: string;
  added: string;
  category_name: string;
  category_id: string;
  series_no: null;
  live: '1';
  container_extension: 'ts';
  custom_sid: '';
  tv_archive: 0 | 1;
  direct_source: '';
  tv_archive_duration: number;
}

export function presentPanelUser(user: UserInfo): PanelUser {
  return {
    username: user.username,
    password: user.password,
    auth: user.auth,
    status: user.status,
    exp_date: user.exp_date,
    is_trial: user.is_trial,
    active_cons: user.active_cons,
    created_at: user.created_at,
    max_connections: user.max_connections,
    allowed_output_formats: user.allowed_output_formats,
  };
}

export function presentPanelServer(server: ServerInfo): PanelServer {
  return {
    url: server.url,
    port: server.port,
    https_port: server.https_port,
    server_protocol: server.server_protocol,
  };
}

export function presentPanelChannel(channel: LiveChannel, category: string): PanelChannel {
  const row = presentLive(channel);
  return {
    num: row.num,
    name: row.name,
    stream_type: 'live',
    type_name: 'Live Streams',
    stream_id: String(row.stream_id),
    stream_icon: row.stream_icon,
    epg_channel_id: row.epg_channel_id,
    added: row.added,
    category_name: category,
    category_id: row.category_id,
    series_no: null,
    live: '1',
    container_extension: 'ts',
    custom_sid: '',
    tv_archive: row.tv_archive,
    direct_source: '',
    tv_archive_duration: row.tv_archive_duration,
  };
}
