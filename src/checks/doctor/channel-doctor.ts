import type { ChannelsRepository } from '../../channels/channels.repository.js';
import type { Channel } from '../../channels/channel.entity.js';
import type { StreamSource as SourceRow } from '../../channels/stream-source.entity.js';
import { channelReport, type DoctorReport, type Examined } from '../../core/doctor/report.js';
import { finding, type DoctorFinding } from '../../core/doctor/words.js';
import { SingleFlight } from '../../core/util/single-flight.js';
import type { Clock } from '../../platform/clock.js';
import type { Resolver } from '../../platform/http/ssrf-guard.js';
import type { ListSourcesRepository } from '../../scrapers/list-sources.repository.js';
import { termsOf, type SourceTerms } from '../../scrapers/stream-terms.js';
import type { SourceHealthService } from '../../source-health/source-health.service.js';
import type { EngineRegistry } from '../../streaming/engine/engine-registry.js';
import type { ProviderLimits } from '../../streaming/provider-limits.js';
import type { SourceProbe } from '../../streaming/source-probe.js';
import type { SessionStats } from '../../streaming/stream-stats.js';
import type { ChannelHealth, SourceHealthView } from '../channel-health.js';
import { toStreamSource } from '../checkable-sources.js';
import { observationOf } from '../health-watch.js';
import { checkName } from './name-check.js';
import { liveFindings, probeFindings } from './source-findings.js';

export interface ChannelDoctorOptions {
  health: Pick<ChannelHealth, 'of'>;
  records: Pick<SourceHealthService, 'observe'>;
  channels: Pick<ChannelsRepository, 'findVisible'> & { get(id: number): Promise<Channel> };
  lists: Pick<ListSourcesRepository, 'streamTerms'>;
  probe: Pick<SourceProbe, 'run'>;
  engines: Pick<EngineRegistry, 'engines'>;
  providers: Pick<ProviderLimits, 'inUse'>;
  /** Streams that run in this process. */
  streams: () => readonly SessionStats[];
  clock: Clock;
  /** Sources without permission may use private addresses all the same. */
  allowPrivate: boolean;
  resolve?: Resolver;
  patience?: Partial<DoctorPatience>;
}

/** All in ms. */
export interface DoctorPatience {
  firstByteMs: number;
  pictureMs: number;
  /** How long a stream that shows pictures is looked at, to judge its rate. */
  lookMs: number;
  /** No further source is begun after this time. */
  totalMs: number;
}

/** Kinds whose address names a host on the internet; a multicast group is none. */
const NAMED_KINDS: ReadonlySet<string> = new Set(['http', 'hls', 'rtsp', 'rtmp']);

const PATIENCE: DoctorPatience = {
  firstByteMs: 30_000,
  pictureMs: 15_000,
  lookMs: 8_000,
  totalMs: 120_000,
};

/**
 * Walks the way of the bytes for every source of a channel and says where it ends. What plays for a viewer is reported
 * from his stream: an AceStream content that is opened twice ends the first.
 */
export class ChannelDoctor {
  private readonly flights = new SingleFlight<number, DoctorReport>();
  private readonly patience: DoctorPatience;

  constructor(private readonly options: ChannelDoctorOptions) {
    this.patience = { ...PATIENCE, ...options.patience };
  }

  /** Callers at the same time share one examination. Throws `not_found`. */
  examine(channelId: number, signal: AbortSignal): Promise<DoctorReport> {
    return this.flights.run(channelId, () => this.walk(channelId, signal));
  }

  private async walk(channelId: number, signal: AbortSignal): Promise<DoctorReport> {
    const { clock, channels, health } = this.options;
    const channel = await channels.get(channelId);
    const { sources } = await health.of(channelId);
    const until = clock.monotonic() + this.patience.totalMs;
    const examined: Examined[] = [];
    for (const view of sources) {
      const late = clock.monotonic() >= until || signal.aborted;
      const findings = late ? [finding('source-later')] : await this.examineSource(channelId, view, signal);
      examined.push({ name: nameOf(view.source), findings });
    }
    return channelReport({
      title: `Channel ${channel.num} (id ${channel.id}): ${channel.name}`,
      general: await this.general(channel, sources),
      examined,
    });
  }

  private async general(channel: Channel, sources: readonly SourceHealthView[]): Promise<DoctorFinding[]> {
    if (channel.retiredAt !== null) return [finding('channel-retired')];
    if (!sources.some(({ turn }) => turn !== null)) return [finding('channel-empty')];
    const isShown = (await this.options.channels.findVisible(channel.id)) !== null;
    return isShown ? [] : [finding('channel-hidden')];
  }

  private async examineSource(
    channelId: number,
    view: SourceHealthView,
    signal: AbortSignal,
  ): Promise<DoctorFinding[]> {
    if (view.turn === null) return [finding('source-off')];
    const running = this.options.streams().find(({ key }) => key === `channel ${channelId}`);
    if (running?.sourceId === view.source.id) {
      if (running.source !== null && running.ttfbMs !== null) return liveFindings(running);
      return [finding('source-starting')];
    }
    const rests =
      view.state === 'resting'
        ? [finding('source-resting', { failure: view.record?.lastFailure ?? 'unknown' })]
        : [];
    const way = await (view.source.kind === 'acestream' ? this.toEngine(signal) : this.toHost(view.source));
    const isOpen = way.every(({ verdict }) => verdict === 'ok' || verdict === 'note');
    return [...rests, ...way, ...(isOpen ? await this.open(view.source, signal) : [])];
  }

  /** The engines answer, as of now. */
  private async toEngine(signal: AbortSignal): Promise<DoctorFinding[]> {
    const { engines } = this.options.engines;
    if (engines.length === 0) return [finding('engine-none')];
    await Promise.all(engines.map((engine) => engine.checkHealth(signal)));
    const answering = engines.find((engine) => !engine.suspect);
    if (!answering) return [finding('engine-down', { engines: engines.map(({ name }) => name).join(', ') })];
    const { name, version } = answering.health();
    return [finding('engine-ok', { engine: name, version: version ?? 'unknown' })];
  }

  /** Its host is known, and a connection to it takes nobody's place. */
  private async toHost(row: SourceRow): Promise<DoctorFinding[]> {
    const { allowPrivate, resolve } = this.options;
    const terms = termsOf(row, await this.options.lists.streamTerms());
    // The names of what is asked through a proxy are its business.
    const isOurs = NAMED_KINDS.has(row.kind) && terms.proxyUrl === undefined;
    const name = isOurs ? await checkName(row.locator, row.allowPrivate || allowPrivate, resolve) : undefined;
    const limit = this.limit(row, terms);
    return [...(name ? [name] : []), ...(limit && name?.verdict !== 'failed' ? [limit] : [])];
  }

  private limit(row: SourceRow, { provider }: SourceTerms): DoctorFinding | undefined {
    if (!provider) return this.isWatched(row) ? finding('limit-spared') : undefined;
    const max = provider.maxConnections;
    const used = this.options.providers.inUse(provider.key);
    return finding(used >= max ? 'limit-reached' : 'limit-ok', { max, used });
  }

  /** Something plays from its host, and nobody said how many connections that allows. */
  private isWatched({ locator }: SourceRow): boolean {
    const host = URL.canParse(locator) ? new URL(locator).host : locator;
    return this.options.streams().some(({ source }) => source?.place === host);
  }

  private async open(row: SourceRow, signal: AbortSignal): Promise<DoctorFinding[]> {
    const { probe, clock, records, lists } = this.options;
    const { firstByteMs, pictureMs, lookMs } = this.patience;
    const startedAt = clock.monotonic();
    const report = await probe.run({
      source: toStreamSource(row, await lists.streamTerms()),
      ...{ signal, firstByteMs, pictureMs, lookMs },
      polite: false,
    });
    const { failure, survey } = report;
    const afterMs = survey?.keyframeMs ?? clock.monotonic() - startedAt;
    const seen = observationOf(failure ? { kind: 'failed', failure } : { kind: 'picture', afterMs });
    if (seen) records.observe(row.id, seen);
    return probeFindings(report, firstByteMs);
  }
}

/** Enough to recognise a source by, and nothing of its path: that is where credentials stand. */
function nameOf({ id, kind, locator }: SourceRow): string {
  if (kind === 'acestream') return `Source ${id}: AceStream …${locator.slice(-8)}`;
  const host = URL.canParse(locator) ? new URL(locator).host : '';
  return `Source ${id}: ${kind} ${host}`.trim();
}
