import { describe, expect, it } from '@jest/globals';
import { MetricsRegistry } from './metrics.js';

describe('MetricsRegistry', () => {
  it('counts, measures and reads gauges at the moment of the question', async () => {
    const metrics = new MetricsRegistry();
    const counter = metrics.counter({ name: 'answers_total', help: 'h', labelNames: ['status'] });
    const histogram = metrics.histogram({ name: 'seconds', help: 'h', buckets: [1, 2] });
    let streams: { labels: { state: string }; value: number }[] = [{ labels: { state: 'live' }, value: 2 }];
    metrics.gauge({ name: 'streams', help: 'h', labelNames: ['state'] }, () => streams);
    metrics.gauge({ name: 'viewers', help: 'h' }, () => 7);
    counter.inc({ status: '200' });
    counter.inc({ status: '200' }, 2);
    histogram.observe(1.5);
    const text = await metrics.text();
    expect(text).toContain('rooftop_answers_total{status="200"} 3');
    expect(text).toContain('rooftop_seconds_bucket{le="2"} 1');
    expect(text).toContain('rooftop_streams{state="live"} 2');
    expect(text).toContain('rooftop_viewers 7');
    streams = [{ labels: { state: 'idle' }, value: 1 }];
    const later = await metrics.text();
    expect(later).toContain('rooftop_streams{state="idle"} 1');
    expect(later).not.toContain('state="live"');
  });

  it('bounds the series of a metric and hides secrets in labels', async () => {
    const metrics = new MetricsRegistry({ maxSeries: 2 });
    const counter = metrics.counter({ name: 'x_total', help: 'h', labelNames: ['url'] });
    for (const url of ['/live/anna/secret/1.ts', '/b', '/c', '/d', '/b']) counter.inc({ url });
    const text = await metrics.text();
    expect(text).not.toContain('secret');
    expect(text).toContain('rooftop_x_total{url="/b"} 2');
    expect(text).toContain('rooftop_x_total{url="other"} 2');
    metrics.gauge({ name: 'g', help: 'h', labelNames: ['n'] }, () =>
      ['1', '2', '3'].map((n) => ({ labels: { n }, value: 1 })),
    );
    expect((await metrics.text()).match(/rooftop_g\{/g)).toHaveLength(2);
  });

  it('tells about the process when it is asked to', async () => {
    const metrics = new MetricsRegistry();
    metrics.collectProcessMetrics();
    metrics.collectProcessMetrics();
    expect(await metrics.text()).toContain('nodejs_eventloop_lag_p99_seconds');
  });
});
