import { Injectable } from '@nestjs/common';
import { CatalogService } from '../../catalog/catalog.service.js';
import type { CatalogAnswer } from '../../catalog/catalog.service.js';
import type { PlaylistStyle } from '../../core/xtream/m3u-out.js';
import { outputOf } from '../../core/xtream/route.js';
import { encodingHeader } from '../shared/answer.js';
import type { Answer } from '../shared/answer.js';
import type { PlayerCall } from '../shared/player-call.js';
import { PlayerGate } from '../shared/player-gate.js';
import type { Account } from '../shared/ports.js';
import { answerByMethod, commonHeaders, loadingAnswer, refusal } from '../shared/refusals.js';

const PLAYLIST_TYPE = 'audio/x-mpegurl';
/**
 * mpv (0.35) knows a playlist whose first line carries attributes by its type alone, and compares the whole header:
 * a charset behind it makes the list an unknown file.
 */
const MPV = /mpv/i;

/** `get.php`. */
@Injectable()
export class PlaylistService {
  constructor(
    private readonly gate: PlayerGate,
    private readonly catalog: CatalogService,
  ) {}

  async answer(call: PlayerCall): Promise<Answer> {
    const byMethod = answerByMethod(call);
    if (byMethod) return byMethod;
    const admission = await this.gate.admit(call);
    if (admission.kind !== 'ok') return refusal(call, admission);
    const { account, password } = admission;
    const style = styleOf(call, account);
    const headers = playlistHeaders(call, account, style);
    const owner = { baseUrl: call.base.url, username: account.username, password };
    // HEAD is answered at once: a playlist that is not ready is not made for it.
    const playlist =
      call.method === 'HEAD'
        ? this.catalog.readyPlaylist(account, owner, style, call.encoding)
        : await this.catalog.playlist(account, owner, style, call.encoding);
    return playlist === null ? { status: 200, headers, body: null } : fileAnswer(call, headers, playlist);
  }
}

function fileAnswer(call: PlayerCall, headers: Record<string, string>, playlist: CatalogAnswer): Answer {
  if (playlist.kind === 'loading') return loadingAnswer(call);
  const { bytes, encoding } = playlist.representation;
  return { status: 200, headers: { ...headers, ...encodingHeader(encoding) }, body: bytes };
}

/** Unknown and absent types mean m3u_plus; `hls` must lead to .m3u8 addresses, and only where HLS is served. */
function styleOf(call: PlayerCall, account: Account): PlaylistStyle {
  const formats = account.allowedOutputFormats;
  const wanted = outputOf(call.parameter('output') ?? '');
  const output = formats.includes(wanted) ? wanted : formats.includes('ts') ? 'ts' : (formats[0] ?? 'ts');
  return { plus: call.parameter('type')?.toLowerCase() !== 'm3u', output };
}

function playlistHeaders(call: PlayerCall, account: Account, style: PlaylistStyle): Record<string, string> {
  const user = account.username.replace(/[^A-Za-z0-9._-]/g, '_');
  return {
    'content-type': MPV.test(call.headers['user-agent'] ?? '')
      ? PLAYLIST_TYPE
      : `${PLAYLIST_TYPE}; charset=utf-8`,
    'content-disposition': `attachment; filename="tv_channels_${user}${style.plus ? '_plus' : ''}.m3u"`,
    'cache-control': 'no-store',
    ...commonHeaders(call),
  };
}
