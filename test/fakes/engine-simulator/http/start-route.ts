import type { Exchange } from '../../net/exchange.js';
import type { Catalogue, Content } from '../catalogue.js';
import type { Engine, StartResult } from '../engine.js';
import type { EngineSession } from '../session.js';
import type { UrlMaker } from './url-maker.js';

type Lookup = { kind: 'found'; content: Content } | { kind: 'error'; text: string };

/** `/ace/getstream` and `/ace/manifest.m3u8` */
export function serveStart(exchange: Exchange, engine: Engine, urls: UrlMaker): void {
  const asJson = exchange.query.get('format') === 'json';
  const lookup = findContent(exchange.query, engine.parts.catalogue, engine.parts.habits.acceptInfohashAsId);
  if (lookup.kind === 'error') {
    engine.parts.metrics.count(engine.parts.metrics.failedStarts, lookup.text);
    return answerFailure(exchange, asJson, { kind: 'error', text: lookup.text });
  }
  const request = {
    content: lookup.content,
    pid: exchange.query.get('pid') ?? exchange.query.get('sid') ?? '',
    format: exchange.path.endsWith('.m3u8') ? ('hls' as const) : ('ts' as const),
    callerIsThere: () => !exchange.isGone,
  };
  engine.start(request, (result) => {
    if (result.kind === 'error') return answerFailure(exchange, asJson, result);
    const { session } = result;
    if (asJson) return exchange.json({ response: startReply(exchange, session, urls), error: null });
    exchange.redirect(urls.absolute(exchange, playbackPath(session), session.content));
  });
}

/** The engine takes the first source parameter in its fixed order; ids and infohashes are two namespaces. */
export function findContent(query: URLSearchParams, catalogue: Catalogue, idIsAny = false): Lookup {
  const missing: Lookup = { kind: 'error', text: 'failed to load content' };
  const found = (content: Content | undefined): Lookup => (content ? { kind: 'found', content } : missing);
  const id = query.get('content_id') ?? query.get('id');
  if (id !== null) {
    return found(catalogue.byContentId(id) ?? (idIsAny ? catalogue.byInfohash(id) : undefined));
  }
  const infohash = query.get('infohash');
  if (infohash !== null) return found(catalogue.byInfohash(infohash));
  const magnet = /urn:btih:([0-9a-f]{40})/i.exec(query.get('magnet') ?? '')?.[1];
  if (magnet !== undefined) return found(catalogue.byInfohash(magnet));
  if (query.has('url') || query.has('direct_url')) return missing;
  return { kind: 'error', text: 'missing content id' };
}

export function playbackPath({ format, content, token }: EngineSession): string {
  return format === 'ts' ? `/ace/r/${content.infohash}/${token}` : `/ace/m/${content.infohash}/${token}.m3u8`;
}

function startReply(exchange: Exchange, session: EngineSession, urls: UrlMaker): Record<string, unknown> {
  const { content, token } = session;
  const tail = `${content.infohash}/${token}`;
  const url = (path: string): string => urls.absolute(exchange, path, content);
  return {
    playback_url: url(playbackPath(session)),
    stat_url: url(`/ace/stat/${tail}`),
    command_url: url(`/ace/cmd/${tail}`),
    ...(exchange.query.get('use_api_events') === '1' ? { event_url: url(`/ace/event/${tail}`) } : {}),
    infohash: content.infohash,
    playback_session_id: session.id,
    is_live: content.isLive ? 1 : 0,
    is_encrypted: content.encrypted ? 1 : 0,
    client_session_id: Number(exchange.query.get('client_session_id') ?? -1),
  };
}

function answerFailure(
  exchange: Exchange,
  asJson: boolean,
  { text, extraData }: Extract<StartResult, { kind: 'error' }>,
): void {
  if (!asJson) return exchange.text(500, text);
  exchange.json({ response: null, error: text, ...(extraData ? { extra_data: extraData } : {}) });
}
