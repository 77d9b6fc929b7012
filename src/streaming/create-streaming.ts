import type { AppConfigValues } from '../platform/config/app-config.js';
import { clientFor, createDrivers } from './create-drivers.js';
import type { DriverParts } from './create-drivers.js';
import { EngineClient } from './engine/engine-client.js';
import { Engine } from './engine/engine.js';
import type { SessionLog } from './engine/engine-sessions.store.js';
import { EngineRegistry } from './engine/engine-registry.js';
import { FileHosts } from './files/file-hosts.js';
import type { Ffmpeg } from './ffmpeg/ffmpeg.js';
import { HlsFilms } from './hls/hls-films.js';
import type { SessionOptions } from './live-session.js';
import type { MediaPipeline } from './media-pipeline.js';
import { FfmpegPictureSampler } from './picture/picture-sampler.js';
import type { PictureSampler } from './picture/picture-sampler.js';
import { PictureWatch } from './picture/picture-watch.js';
import { SeenCodecs } from './seen-codecs.js';
import { SourceProbe } from './source-probe.js';
import type { SourceOutcome } from './source-outcome.js';
import { parseEngineAddress } from '../platform/config/engine-address.js';
import type { EngineAddress } from '../platform/config/engine-address.js';
import { RestartHook } from './engine/restart-hook.js';
import { LimitedDriver } from './drivers/limited.driver.js';
import { ProviderLimits } from './provider-limits.js';
import { SlateMaker } from './slates/slate-maker.js';
import { StreamHub } from './stream-hub.js';
import type { TranscodeDriver } from './transcode/transcode.driver.js';
import { sessionOptions } from './streaming-options.js';

export interface StreamingParts extends DriverParts {
  config: Pick<AppConfigValues, 'acestream' | 'ffmpeg' | 'sources' | 'streaming'>;
  newPipeline: () => MediaPipeline;
  /** Changes to the session's settings, for tests. */
  session?: Partial<SessionOptions>;
  /** Told of every session that is started and ended on an engine. */
  sessions?: SessionLog;
  /** Told what became of every source. */
  onOutcome?: (sourceId: number, outcome: SourceOutcome) => void;
  /** Looks at pictures; ffmpeg where absent. */
  sampler?: PictureSampler;
  /** Pause between two starts on one engine, ms. */
  startGapMs?: number;
}

export interface Streaming {
  hub: StreamHub;
  engines: EngineRegistry;
  probe: SourceProbe;
  /** How far the accounts at providers are used. */
  providers: ProviderLimits;
  slates: SlateMaker;
  ffmpeg: Ffmpeg;
  /** Films and episodes that lie as files on other servers. */
  files: FileHosts;
  /** Films that stand in segments. */
  segmented: HlsFilms;
  transcodes: TranscodeDriver;
  /** Ends every stream, then all that served them. */
  close(): Promise<void>;
}

/** Puts engines, drivers and hub together. */
export function createStreaming(parts: StreamingParts): Streaming {
  const { config, clock, logger, background } = parts;
  const hook = createRestartHook(parts);
  const engines = new EngineRegistry(
    config.acestream.engines
      .flatMap((text) => parseEngineAddress(text) ?? [])
      .map((address) => createEngine(address, hook, parts)),
    clock,
  );
  const slates = new SlateMaker({ clock, logger });
  const drivers = createDrivers({ ...parts, openStream: (request) => hub.open(request) }, engines, slates);
  const sampler = parts.sampler ?? new FfmpegPictureSampler({ ffmpeg: drivers.ffmpeg, clock });
  const providers = new ProviderLimits();
  const limited = drivers.all.map((driver) => new LimitedDriver({ driver, limits: providers, clock }));
  const seenCodecs = new SeenCodecs();
  const probe = new SourceProbe({ drivers: limited, clock, seenCodecs });
  const hub: StreamHub = new StreamHub({
    drivers: limited,
    clock,
    logger,
    background,
    session: { ...sessionOptions(config), ...parts.session },
    maxReaders: config.streaming.maxReaders,
    seenCodecs,
    newPipeline: parts.newPipeline,
    watchPicture: (stream) => new PictureWatch(stream, sampler, clock, background),
    makeWay: (needsPlace) => probe.makeWay(needsPlace),
    ...(parts.onOutcome ? { onOutcome: parts.onOutcome } : {}),
  });
  const files = new FileHosts({
    clock,
    limits: providers,
    dispatcher: clientFor(parts),
    makeRoom: (provider) => hub.makeRoomAt(provider),
  });
  const dispatcher = clientFor(parts);
  const segmented = new HlsFilms({ clock, background, dispatcher, converter: drivers.converter });
  const close = async (): Promise<void> => {
    await Promise.all([hub.close(), probe.close()]);
    await Promise.all([engines.close(), drivers.close()]);
  };
  const { ffmpeg, transcodes } = drivers;
  return { hub, engines, probe, providers, slates, ffmpeg, files, segmented, transcodes, close };
}

function createRestartHook(parts: StreamingParts): RestartHook | undefined {
  const { config, clock, logger, background, dispatcher } = parts;
  const target = config.acestream.restartHook;
  if (target === null) return undefined;
  return new RestartHook({ target, clock, logger, background, dispatcher: () => dispatcher(true) });
}

function createEngine(
  { url: baseUrl, role, weight, maxStreams }: EngineAddress,
  hook: RestartHook | undefined,
  parts: StreamingParts,
): Engine {
  const { config, clock, background, startGapMs, sessions } = parts;
  const client = new EngineClient({
    baseUrl,
    clock,
    background,
    startTimeoutMs: config.acestream.startTimeoutSeconds * 1000,
    ...(sessions ? { sessions } : {}),
  });
  return new Engine({
    name: new URL(baseUrl).host,
    client,
    clock,
    maxStreams: maxStreams ?? config.acestream.maxStreamsPerEngine,
    role,
    weight,
    ...(hook ? { restart: () => hook.call(baseUrl) } : {}),
    ...(startGapMs === undefined ? {} : { startGapMs }),
  });
}
