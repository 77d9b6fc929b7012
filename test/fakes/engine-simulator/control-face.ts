import type { IncomingMessage } from 'node:http';
import { Exchange } from '../net/exchange.js';
import type { RequestHandler } from '../net/loopback-listener.js';
import { isFault } from '../faults/parse-fault.js';
import type { Engine } from './engine.js';
import { leakedSessions } from './invariants.js';
import type { SimControl } from './sim-control.js';

const MAX_BODY = 64 * 1024;

/** `/__sim/…` for programs that run outside the test's process; everything else on this port is a foreign host. */
export function controlHandler(engine: Engine, control: SimControl): RequestHandler {
  return (req, res) => {
    const exchange = new Exchange(req, res);
    const [, area, what] = exchange.path.split('/');
    if (area !== '__sim') {
      engine.parts.metrics.foreignCalls++;
      engine.changed();
      return exchange.text(404, 'a foreign host');
    }
    readJson(req).then(
      (body) => answer(exchange, what ?? '', body, engine, control),
      () => exchange.json({ error: 'the body is not JSON' }, 400),
    );
  };
}

function answer(exchange: Exchange, what: string, body: unknown, engine: Engine, control: SimControl): void {
  const post = exchange.req.method === 'POST';
  switch (what) {
    case 'mode':
      if (post) return injectFrom(exchange, body, control);
      if (exchange.req.method === 'DELETE') control.heal();
      return exchange.json(
        control.faults().map(({ fault, scope, active, struck }) => ({ fault, scope, active, struck })),
      );
    case 'clock':
      return exchange.json({
        now: engine.parts.timers.clock.now(),
        monotonic: engine.parts.timers.clock.monotonic(),
      });
    case 'metrics':
      return exchange.json({ ...engine.parts.metrics.toJSON(), leaked: leakedSessions(engine).length });
    case 'sessions':
      return exchange.json(control.sessions());
    case 'catalog':
      return exchange.json(engine.parts.catalogue.all().map(({ media: _media, ...content }) => content));
    case 'restart':
      if (!post) return exchange.json({ error: 'use POST' }, 405);
      control.inject({ kind: 'restart', downMs: Number(exchange.query.get('downMs') ?? 0) });
      return exchange.json({ ok: true });
    default:
      return exchange.json({ error: 'unknown control' }, 404);
  }
}

function injectFrom(exchange: Exchange, body: unknown, control: SimControl): void {
  const { fault, scope } = Object(body) as { fault?: unknown; scope?: unknown };
  if (!isFault(fault)) return exchange.json({ error: 'unknown fault' }, 400);
  control.inject(fault, typeof scope === 'object' && scope !== null ? scope : {});
  exchange.json({ ok: true });
}

async function readJson(req: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) throw new Error('too large');
    parts.push(part);
  }
  return size === 0 ? undefined : JSON.parse(Buffer.concat(parts).toString('utf8'));
}
