import type { FastifyInstance } from 'fastify';
import type { MetricsRegistry } from '../../platform/metrics.js';

const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Since the start. */
export type AnswerTotals = Record<'requests' | 'errors' | 'answer bytes', number>;

/** Counts answers by route pattern, which holds no credentials. Streams are counted by their own gauges. Tells the totals. */
export function measureAnswers(
  fastify: Pick<FastifyInstance, 'addHook'>,
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
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    totals.requests++;
    if (reply.statusCode >= 500) totals.errors++;
    totals['answer bytes'] += Number(reply.getHeader('content-length') ?? 0) || 0;
    count.inc({ method: request.method, route, status: String(reply.statusCode) });
    duration.observe(reply.elapsedTime / 1000, { route });
    done();
  });
  return () => ({ ...totals });
}
