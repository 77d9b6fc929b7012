import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { redactText } from './logging/redact.js';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  labels: Labels;
  value: number;
}

/** One number, or one for each combination of labels. */
type Reading = number | readonly Sample[];

export interface MetricsOptions {
  /** Label combinations per metric; what comes on top is counted under `other`. */
  maxSeries?: number;
}

interface Series {
  name: string;
  help: string;
  labelNames?: readonly string[];
}

const PREFIX = 'rooftop_';
const OTHER = 'other';
/** How often the delay of the event loop is looked at: every time wakes an idle process. */
const LOOP_LOOK_MS = 50;

/** Numbers for Prometheus. Names get the prefix `rooftop_`; label values are bounded in number and hold no secrets. */
export class MetricsRegistry {
  private readonly registry = new Registry();
  private readonly maxSeries: number;
  private hasProcessMetrics = false;

  constructor(options: MetricsOptions = {}) {
    this.maxSeries = options.maxSeries ?? 500;
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** The whole state as text. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  /** Adds memory, CPU, garbage collection and the delay of the event loop of this process. */
  collectProcessMetrics(): void {
    if (this.hasProcessMetrics) return;
    this.hasProcessMetrics = true;
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: LOOP_LOOK_MS });
  }

  counter(series: Series): { inc: (labels?: Labels, by?: number) => void } {
    const counter = new Counter(this.configuration(series));
    const bound = this.bounded(series.labelNames);
    return { inc: (labels = {}, by = 1) => counter.inc(bound(labels), by) };
  }

  histogram(series: Series & { buckets: readonly number[] }): {
    observe: (value: number, labels?: Labels) => void;
  } {
    const histogram = new Histogram({ ...this.configuration(series), buckets: [...series.buckets] });
    const bound = this.bounded(series.labelNames);
    return { observe: (value, labels = {}) => histogram.observe(bound(labels), value) };
  }

  /** A gauge that is read at the moment somebody asks, so that it cannot drift from what it describes. */
  gauge(series: Series, read: () => Reading | Promise<Reading>): void {
    const { maxSeries } = this;
    new Gauge({
      ...this.configuration(series),
      async collect() {
        const value = await read();
        this.reset();
        if (typeof value === 'number') return this.set(value);
        for (const sample of value.slice(0, maxSeries)) this.set(clean(sample.labels), sample.value);
      },
    });
  }

  private configuration({ name, help, labelNames = [] }: Series): {
    name: string;
    help: string;
    labelNames: string[];
    registers: Registry[];
  } {
    return { name: `${PREFIX}${name}`, help, labelNames: [...labelNames], registers: [this.registry] };
  }

  private bounded(labelNames: readonly string[] = []): (labels: Labels) => Labels {
    const known = new Map<string, Labels>();
    const overflow = Object.fromEntries(labelNames.map((name) => [name, OTHER]));
    return (labels) => {
      const key = labelNames.map((name) => labels[name]).join('\u0000');
      const seen = known.get(key);
      if (seen) return seen;
      if (known.size >= this.maxSeries) return overflow;
      const fresh = clean(labels);
      known.set(key, fresh);
      return fresh;
    };
  }
}

function clean(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, redactText(value)]));
}
