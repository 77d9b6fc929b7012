import type { IncomingMessage, ServerResponse } from 'node:http';
import { Exchange } from '../../net/exchange.js';
import { applyReplyFault } from '../../net/reply-faults.js';
import { placeOf } from '../engine.js';
import type { Engine } from '../engine.js';
import { HlsRoutes } from './hls-routes.js';
import { PlaybackRoutes } from './playback-routes.js';
import { matchRoute } from './routes.js';
import type { RouteMatch } from './routes.js';
import { ServiceRoutes } from './service-routes.js';
import { SessionRoutes } from './session-routes.js';
import { findContent, serveStart } from './start-route.js';
import { UrlMaker } from './url-maker.js';

export interface FaceOptions {
  version: string;
  seed: number;
  /** Address outside the engine that counts whoever calls it. */
  foreignUrl: () => string;
}

/** The engine's HTTP face: finds the route, lets faults speak first, then answers. */
export class EngineFace {
  private readonly urls: UrlMaker;
  private readonly playback: PlaybackRoutes;
  private readonly hls: HlsRoutes;
  private readonly sessions: SessionRoutes;
  private readonly service: ServiceRoutes;

  constructor(
    private readonly engine: Engine,
    private readonly options: FaceOptions,
  ) {
    this.urls = new UrlMaker(engine, () => new URL(options.foreignUrl()).host);
    this.playback = new PlaybackRoutes(engine, this.urls);
    this.hls = new HlsRoutes(engine, this.urls);
    this.sessions = new SessionRoutes(engine);
    this.service = new ServiceRoutes(engine, options.version, options.seed);
  }

  handle(req: IncomingMessage, res: ServerResponse): void {
    const { metrics, habits, timers } = this.engine.parts;
    const server: Record<string, string> =
      habits.serverHeader === null ? {} : { Server: habits.serverHeader };
    const exchange = new Exchange(req, res, server);
    const match = matchRoute(exchange.url);
    metrics.count(metrics.requests, match.route);
    metrics.lastHeaders.set(match.route, req.headers);
    this.engine.changed();
    const place = { ...this.placeOf(exchange, match), route: match.route };
    if (match.route !== 'version' && this.engine.faults.peek('hangApiOnly', place)) return;
    if (this.engine.faults.take('hangAll', place)) return;
    applyReplyFault(exchange, this.engine.faults, place, {
      foreignUrl: this.options.foreignUrl(),
      redirectRoutes: ['playback', 'content', 'list'],
      timers,
      proceed: () => this.route(exchange, match),
    });
  }

  forgetAll(): void {
    this.playback.forgetAll();
  }

  private placeOf(exchange: Exchange, match: RouteMatch): { contentKeys?: readonly string[] } {
    const { catalogue } = this.engine.parts;
    if (match.infohash !== undefined) {
      const content = catalogue.byInfohash(match.infohash);
      return content ? placeOf(content) : {};
    }
    const lookup = match.route === 'start' ? findContent(exchange.query, catalogue, true) : undefined;
    return lookup?.kind === 'found' ? placeOf(lookup.content) : {};
  }

  private route(exchange: Exchange, { route, infohash = '', token = '' }: RouteMatch): void {
    if (!['GET', 'HEAD'].includes(exchange.req.method ?? '')) return exchange.text(405, 'Unsupported method');
    switch (route) {
      case 'version':
        return this.service.webui(exchange);
      case 'status':
        return this.service.api(exchange);
      case 'api':
        return exchange.path === '/server/api' ? this.service.api(exchange) : this.service.webui(exchange);
      case 'search':
        return this.service.search(exchange);
      case 'start':
        return serveStart(exchange, this.engine, this.urls);
      case 'playback':
        return this.playback.playback(exchange, infohash, token);
      case 'content':
        return this.playback.body(exchange, infohash, token);
      case 'list':
        return this.hls.list(exchange, infohash, token);
      case 'segment':
        return this.hls.segment(exchange, infohash, token);
      case 'stat':
        return this.sessions.stat(exchange, infohash, token);
      case 'command':
        return this.sessions.command(exchange, infohash, token);
      case 'event':
        return this.sessions.event(exchange, infohash, token);
      case 'unknown':
        return exchange.text(404, 'not found');
    }
  }
}
