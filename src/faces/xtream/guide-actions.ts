import { Inject, Injectable } from '@nestjs/common';
import { GuideAnswers, type ListingsWish } from '../../catalog/guide-answers.js';
import { encodingHeader, joinHeaders, JSON_TYPE, NOT_STORED } from '../shared/answer.js';
import type { WholeAnswer } from '../shared/answer.js';
import type { PlayerCall } from '../shared/player-call.js';
import { PUBLIC_SERVER } from '../shared/ports.js';
import type { Account, PublicServerSettings } from '../shared/ports.js';
import { commonHeaders } from '../shared/refusals.js';
import type { GuideAction } from './actions.js';

const DEFAULT_LIMIT = 4;
const MAX_LIMIT = 200;
/** Channels of one question. */
const MAX_CHANNELS = 200;
const LAST_ID = 2_147_483_647;
const LISTINGS = Buffer.from('{"epg_listings":');
const NOTHING = Buffer.from('[]');
const COMMA = Buffer.from(',');
const END = Buffer.from('}');

/** The actions of `player_api.php` and `panel_api.php` that tell what is on. */
@Injectable()
export class GuideActions {
  constructor(
    private readonly guides: GuideAnswers,
    @Inject(PUBLIC_SERVER) private readonly settings: PublicServerSettings,
  ) {}

  async answer(action: GuideAction, call: PlayerCall, account: Account): Promise<WholeAnswer> {
    const asked = call.parameter(action === 'batch' ? 'stream_ids' : 'stream_id') ?? '';
    const ids = channelIds(asked);
    const wish = wishOf(action, call);
    const { timezone } = this.settings;
    const headers = joinHeaders(JSON_TYPE, NOT_STORED, commonHeaders(call));
    if (action !== 'epg' && !isBatch(action, asked, call)) {
      // 0 is no channel: an id that is none gets what an unknown channel gets.
      const { bytes, encoding } = await this.guides.answer(
        account,
        ids[0] ?? 0,
        wish,
        timezone,
        call.encoding,
      );
      return { status: 200, headers: joinHeaders(headers, encodingHeader(encoding)), body: bytes };
    }
    const rows: Buffer[] = [];
    for (const id of ids) rows.push(await this.guides.rows(account, id, wish, timezone));
    return { status: 200, headers, body: action === 'epg' ? joined(rows) : byChannel(ids, rows) };
  }
}

function wishOf(action: GuideAction, call: PlayerCall): ListingsWish {
  switch (action) {
    case 'table':
      return { kind: 'table' };
    case 'epg':
      return { kind: 'epg', fromNow: call.parameter('from_now') === '1' };
    case 'short':
    case 'batch': {
      const limit = Math.trunc(Number(call.parameter('limit')));
      return { kind: 'short', limit: limit >= 1 ? Math.min(limit, MAX_LIMIT) : DEFAULT_LIMIT };
    }
  }
}

/** Everything that is no id of a channel is left out. */
function channelIds(asked: string): number[] {
  const ids = asked
    .split(',', MAX_CHANNELS)
    .map((part) => part.trim())
    .filter((part) => /^\d{1,10}$/.test(part))
    .map(Number);
  return [...new Set(ids.filter((id) => id <= LAST_ID))];
}

/** With a list of channels, or with `multi`, the panels answer an object by channel; IPTVnator reads both forms. */
function isBatch(action: GuideAction, asked: string, call: PlayerCall): boolean {
  return action === 'batch' || asked.includes(',') || isYes(call.parameter('multi'));
}

function isYes(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== '0';
}

/** `{"epg_listings":{…}}`: an array of rows for each channel. */
function byChannel(ids: readonly number[], rows: readonly Buffer[]): Buffer {
  const members = ids.map((id, index) => Buffer.concat([Buffer.from(`"${id}":`), rows[index] ?? NOTHING]));
  return Buffer.concat([LISTINGS, Buffer.from('{'), ...commaBetween(members), END, END]);
}

/** Several JSON arrays as one. */
function joined(rows: readonly Buffer[]): Buffer {
  const inner = rows.filter(({ length }) => length > NOTHING.length).map((row) => row.subarray(1, -1));
  return Buffer.concat([Buffer.from('['), ...commaBetween(inner), Buffer.from(']')]);
}

function commaBetween(parts: readonly Buffer[]): Buffer[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [COMMA, part]));
}
