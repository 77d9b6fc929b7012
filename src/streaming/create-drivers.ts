import type { Dispatcher } from 'undici';
import type { Clock } from '../platform/clock.js';
import type { AppConfigValues } from '../platform/config/app-config.js';
import type { Logger } from '../platform/logging/logger.js';
import { AceTsDriver } from './drivers/ace-ts.driver.js';
import { FfmpegDriver } from './drivers/ffmpeg.driver.js';
import { HttpDriver } from './drivers/http.driver.js';
import { SlateDriver } from './slates/slate.driver.js';
import type { EngineRegistry } from './engine/engine-registry.js';
import { FfmpegConverter } from './ffmpeg/ffmpeg-converter.js';
import { Ffmpeg } from './ffmpeg/ffmpeg.js';
import type { HlsConverter } from './hls/open-hls.js';
import { HlsRelay } from './ffmpeg/hls-relay.js';
import type { SlateMaker } from './slates/slate-maker.js';
import type { SourceDriver } from './source-driver.js';
import type { StreamSource } from './stream-source.js';
import { TranscodeDriver } from './transcode/transcode.driver.js';
import type { TranscodeDriverOptions } from './transcode/transcode.driver.js';

export interface DriverParts {
  config: Pick<AppConfigValues, 'ffmpeg' | 'sources'>;
  clock: Clock;
  logger: Logger;
  background: (name: string, work: Promise<unknown>) => void;
  /** The guarded HTTP client, see `HttpDriverOptions`. */
  dispatcher: (allowPrivate: boolean) => Dispatcher;
  /** The same through an HTTP proxy. */
  proxied: (proxyUrl: string, allowPrivate: boolean) => Dispatcher;
}

export interface DriverNeeds extends DriverParts {
  /** Opens a stream of the hub, for drivers that make something else of it. */
  openStream: TranscodeDriverOptions['openOrigin'];
}

export interface Drivers {
  all: readonly SourceDriver[];
  ffmpeg: Ffmpeg;
  transcodes: TranscodeDriver;
  converter: HlsConverter;
  /** Ends what they have running beside their streams. */
  close(): Promise<void>;
}

/** One driver for every kind of source. */
export function createDrivers(parts: DriverNeeds, registry: EngineRegistry, slates: SlateMaker): Drivers {
  const { config, clock, logger, background } = parts;
  const { path, maxProcesses, maxTranscodes, videoEncoder, inputOptions, videoOptions } = config.ffmpeg;
  const ffmpeg = new Ffmpeg({ path, maxProcesses, clock, logger });
  const transcodes = new TranscodeDriver({
    ffmpeg,
    clock,
    maxTranscodes,
    videoEncoder,
    inputOptions: words(inputOptions),
    videoOptions: words(videoOptions),
    openOrigin: (origin) => parts.openStream(origin),
  });
  const relay = new HlsRelay();
  const converter = new FfmpegConverter(ffmpeg, relay);
  return {
    all: [
      new SlateDriver(slates, clock),
      transcodes,
      new AceTsDriver({ registry, clock, logger, background }),
      new HttpDriver({
        clock,
        background,
        converter,
        dispatcher: clientFor(parts),
      }),
      new FfmpegDriver({
        ffmpeg,
        clock,
        allowPrivate: (source) => source.allowPrivate || config.sources.allowPrivate,
      }),
    ],
    ffmpeg,
    transcodes,
    converter,
    close: async () => {
      await Promise.all([ffmpeg.close(), relay.close()]);
    },
  };
}

/** The client that a source is asked with. */
export function clientFor({
  dispatcher,
  proxied,
}: Pick<DriverParts, 'dispatcher' | 'proxied'>): (source: StreamSource) => Dispatcher {
  return ({ allowPrivate, proxyUrl }) =>
    proxyUrl === undefined ? dispatcher(allowPrivate) : proxied(proxyUrl, allowPrivate);
}

function words(text: string | null): string[] {
  return text?.split(/\s+/).filter((word) => word !== '') ?? [];
}
