import type { MetricsRegistry, Sample } from '../../platform/metrics.js';
import type { EngineHealth } from '../../streaming/engine/engine.js';
import type { SessionStats } from '../../streaming/stream-stats.js';

export interface StreamNumbers {
  streams: () => readonly SessionStats[];
  engines: () => readonly EngineHealth[];
  ffmpeg: () => { isThere: boolean; processes: number };
}

/** Gauges are read from the live sessions themselves: a counter kept by hand drifts. */
export function measureStreams(metrics: MetricsRegistry, { streams, engines, ffmpeg }: StreamNumbers): void {
  const sum = (pick: (stats: SessionStats) => number) => () =>
    streams().reduce((total, stats) => total + pick(stats), 0);
  metrics.gauge({ name: 'streams', help: 'Open streams by state.', labelNames: ['state'] }, () =>
    byLabel(
      'state',
      streams().map(({ state }) => state),
    ),
  );
  metrics.gauge(
    { name: 'viewers', help: 'Viewers that get pictures.' },
    sum((stats) => stats.viewers),
  );
  metrics.gauge(
    { name: 'viewers_of_segments', help: 'Those of them that fetch HLS segments.' },
    sum((stats) => stats.hlsViewers),
  );
  metrics.gauge(
    { name: 'viewers_waiting', help: 'Viewers that wait for the first picture.' },
    sum((stats) => stats.waiting),
  );
  metrics.gauge(
    { name: 'ring_bytes', help: 'Memory held by the rings of all streams.' },
    sum((stats) => stats.ringBytes),
  );
  metrics.gauge(
    { name: 'stream_bitrate_bits', help: 'Bit/s of all sources, by their own clocks.' },
    sum((stats) => stats.bitrate),
  );
  metrics.gauge({ name: 'ffmpeg_up', help: '1 where ffmpeg is installed.' }, () =>
    ffmpeg().isThere ? 1 : 0,
  );
  metrics.gauge({ name: 'ffmpeg_processes', help: 'ffmpeg processes.' }, () => ffmpeg().processes);
  measureEach(metrics, streams);
  const labelNames = ['engine'];
  metrics.gauge({ name: 'engine_up', help: '1 while an engine answers.', labelNames }, () =>
    engines().map(({ name, up }) => ({ labels: { engine: name }, value: up ? 1 : 0 })),
  );
  const each = (name: string, help: string, pick: (engine: EngineHealth) => number): void =>
    metrics.gauge({ name: `engine_${name}`, help, labelNames }, () =>
      engines().map((engine) => ({ labels: { engine: engine.name }, value: pick(engine) })),
    );
  each('max_streams', 'Streams an engine may carry.', ({ maxStreams }) => maxStreams);
  each('breaker_open', '1 while nothing is started on an engine, because starts failed.', ({ breaker }) =>
    breaker === 'open' ? 1 : 0,
  );
  each('draining', '1 while an engine gets no further stream.', ({ isDraining }) => (isDraining ? 1 : 0));
  each('restarts', 'How often the restart of an engine was asked for.', ({ restarts }) => restarts);
  metrics.gauge({ name: 'engine_streams', help: 'Streams on an engine.', labelNames }, () =>
    engines().map((engine) => ({ labels: { engine: engine.name }, value: engine.streams })),
  );
}

/** One series per running stream; all slates together are one. */
function measureEach(metrics: MetricsRegistry, streams: StreamNumbers['streams']): void {
  const each = (name: string, help: string, pick: (stats: SessionStats) => number): void =>
    metrics.gauge({ name: `stream_${name}`, help, labelNames: ['stream'] }, () => {
      const values = new Map<string, number>();
      for (const stats of streams()) {
        const stream = stats.key.startsWith('slate') ? 'slates' : stats.key;
        values.set(stream, (values.get(stream) ?? 0) + pick(stats));
      }
      return [...values].map(([stream, value]) => ({ labels: { stream }, value }));
    });
  each('viewers', 'Viewers of a stream.', ({ viewers }) => viewers);
  each('bits', 'Bit/s of a stream by its own clock.', ({ bitrate }) => bitrate);
  each('bytes_in', 'Bytes that a stream has read from its sources.', ({ bytesIn }) => bytesIn);
  each('start_seconds', 'From the first request to the first picture.', ({ ttfbMs }) => (ttfbMs ?? 0) / 1000);
  each('breaks', 'How often the source of a stream broke.', ({ breaks }) => breaks);
  each('recoveries', 'How often a stream came back.', ({ recoveries }) => recoveries);
  each('jumps', 'How often present viewers were too slow and had to jump.', ({ readers }) =>
    readers.reduce((sum, { jumps }) => sum + jumps, 0),
  );
  each('lag_seconds', 'How far the slowest viewer is behind.', ({ readers }) =>
    readers.reduce((most, { lagMs }) => Math.max(most, lagMs / 1000), 0),
  );
}

function byLabel(label: string, values: readonly string[]): Sample[] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({ labels: { [label]: value }, value: count }));
}
