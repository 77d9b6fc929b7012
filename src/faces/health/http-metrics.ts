import type { FastifyInstance } from 'fastify';
import type { Answered, Door } from '../shared/door.js';
import type { MetricsRegistry } from '../../platform/metrics.js';

const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Since the start. */
export type AnswerTotals = Record<'requests' | 'errors' | 'answer bytes', number>;

/** Counts answers by route pattern, which holds no credentials. Streams are counted by their own gauges. Tells the totals. */
export function measureAnswers(
  fastify: Pick<FastifyInstance, 'addHook'>,
  door: Pick<Door, 'onAnswered'>,
  metrics: MetricsRegistry,
): () => AnswerTotals {
  const totals = { requests: 0, errors: 0, 'answer bytes': 0 };
  const labelNames = ['method', 'route', 'status'];
  const count = metrics.counter({ name: 'http_requests_total', help: 'Answered requests.', labelNames });
  const duration = metrics.histogram({
    name: 'http_request_seconds',
    help: 'Time from a request to the end of its answer.',
    labelNames: ['route'],
    buckets: BUCKETS,
  });
  const note = ({ method, route, status, bytes, seconds }: Answered): void => {
    totals.requests++;
    if (status >= 500) totals.errors++;
    totals['answer bytes'] += bytes;
    count.inc({ method, route, status: String(status) });
    duration.observe(seconds, { route });
  };
  door.onAnswered(note);
  fastify.addHook('onResponse', (request, reply, done) => {
    note({
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      bytes: Number(reply.getHeader('content-length') ?? 0) || 0,
      seconds: reply.elapsedTime / 1000,
    });
    done();
  });
  return () => ({ ...totals });
}
