import { createHash } from 'node:crypto';
import type { Exchange } from '../../net/exchange.js';
import type { Content } from '../catalogue.js';
import type { Engine } from '../engine.js';
import { findContent } from './start-route.js';

const JSONP_NAME = /^[\w$.]{1,64}$/;

/** Liveness, lookups and search: the parts that do not play. */
export class ServiceRoutes {
  private readonly apiToken: string;

  constructor(
    private readonly engine: Engine,
    private readonly version: string,
    seed: number,
  ) {
    this.apiToken = createHash('sha256').update(`api token ${seed}`).digest('hex');
  }

  webui(exchange: Exchange): void {
    const { query } = exchange;
    switch (query.get('method')) {
      case 'get_version':
        return this.wrapped(exchange, { result: this.versionInfo(true), error: null });
      case 'get_api_access_token':
        return this.wrapped(exchange, { result: { token: this.apiToken }, error: null });
      default:
        return this.wrapped(exchange, { result: null, error: 'unknown method' });
    }
  }

  api(exchange: Exchange): void {
    const result = this.apiResult(exchange.query);
    if (typeof result === 'string') return exchange.json({ error: { message: result, code: 0 } });
    exchange.json({ result });
  }

  search(exchange: Exchange): void {
    exchange.json({ result: this.searchResult(exchange.query) });
  }

  private apiResult(query: URLSearchParams): Record<string, unknown> | string {
    switch (query.get('method')) {
      case 'get_status':
        return { playlist_loaded: true, version: this.versionInfo(false) };
      case 'get_network_connection_status':
        return { connected: true };
      case 'get_api_access_token':
        return { token: this.apiToken };
      case 'search':
        return query.get('token') === this.apiToken ? this.searchResult(query) : 'access denied';
      case 'get_media_files':
        return this.describe(query, mediaFiles);
      case 'get_content_id':
        return this.describe(query, ({ contentId }) => ({ content_id: contentId }));
      case 'analyze_content':
        return this.describe(analysed(query), (content) => ({
          content_type: 'stream',
          transport_type: 'bt',
          title: content.name,
          is_live: content.isLive,
          categories: [],
        }));
      default:
        return 'unknown method';
    }
  }

  private describe(
    query: URLSearchParams,
    show: (content: Content) => Record<string, unknown>,
  ): Record<string, unknown> | string {
    const lookup = findContent(query, this.engine.parts.catalogue);
    return lookup.kind === 'found' ? show(lookup.content) : lookup.text;
  }

  private searchResult(query: URLSearchParams): Record<string, unknown> {
    const wanted = (query.get('query') ?? '').toLowerCase();
    const size = Math.min(200, Number(query.get('page_size') ?? 10));
    const from = Number(query.get('page') ?? 0) * size;
    const found = this.engine.parts.catalogue
      .all()
      .filter(({ searchable, name }) => searchable && name.toLowerCase().includes(wanted));
    return {
      total: found.length,
      time: 0.01,
      results: found.slice(from, from + size).map((c) => this.item(c)),
    };
  }

  private item(content: Content): Record<string, unknown> {
    const now = Math.floor(this.engine.parts.timers.clock.now() / 1000);
    const item = {
      infohash: content.infohash,
      name: content.name,
      bitrate: content.bitrateKbps * 125,
      availability: 1,
      availability_updated_at: now - 600,
      status: 2,
      categories: ['entertaining'],
    };
    return { name: content.name, icons: [], items: [item] };
  }

  private versionInfo(withSocket: boolean): Record<string, unknown> {
    const [major = 0, minor = 0, patch = 0] = this.version.split('.').map(Number);
    return {
      code: major * 1_000_000 + minor * 10_000 + patch * 100,
      platform: 'linux',
      version: this.version,
      ...(withSocket ? { websocket_port: 43127 } : {}),
    };
  }

  private wrapped(exchange: Exchange, value: unknown): void {
    const callback = exchange.query.get('callback') ?? '';
    if (exchange.query.get('format') !== 'jsonp' || !JSONP_NAME.test(callback)) return exchange.json(value);
    exchange.send(200, `${callback}(${JSON.stringify(value)});`, {
      'Content-Type': 'application/javascript',
    });
  }
}

function mediaFiles({ name, infohash, isLive }: Content): Record<string, unknown> {
  return {
    name,
    infohash,
    type: isLive ? 'live' : 'vod',
    transport_type: 'bt',
    files: [{ index: 0, filename: name, mime: 'video/mp2t', size: isLive ? 0 : 1 }],
    transport_file_cache_key: infohash,
  };
}

/** `acestream:?infohash=…&content_id=…` as its own parameters. */
function analysed(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams((query.get('query') ?? '').replace(/^acestream:\?/, ''));
}
