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
import { HlsRelay } from './ffmpeg/hls-relay.js';
import type { SlateMaker } from './slates/slate-maker.js';
import type { SourceDriver } from './source-driver.js';

export interface DriverParts {
  config: Pick<AppConfigValues, 'ffmpeg' | 'sources'>;
  clock: Clock;
  logger: Logger;
  background: (name: string, work: Promise<unknown>) => void;
  /** The guarded HTTP client, see `HttpDriverOptions`. */
  dispatcher: (allowPrivate: boolean) => Dispatcher;
}

export interface Drivers {
  all: readonly SourceDriver[];
  ffmpeg: Ffmpeg;
  /** Ends what they have running beside their streams. */
  close(): Promise<void>;
}

/** One driver for every kind of source. */
export function createDrivers(parts: DriverParts, registry: EngineRegistry, slates: SlateMaker): Drivers {
  const { config, clock, logger, background, dispatcher } = parts;
  const ffmpeg = new Ffmpeg({ ...config.ffmpeg, clock, logger });
  const relay = new HlsRelay();
  const converter = new FfmpegConverter(ffmpeg, relay);
  return {
    all: [
      new SlateDriver(slates, clock),
      new AceTsDriver({ registry, clock, logger, background }),
      new HttpDriver({
        clock,
        background,
        converter,
        dispatcher: ({ allowPrivate }) => dispatcher(allowPrivate),
      }),
      new FfmpegDriver({
        ffmpeg,
        clock,
        allowPrivate: (source) => source.allowPrivate || config.sources.allowPrivate,
      }),
    ],
    ffmpeg,
    close: async () => {
      await Promise.all([ffmpeg.close(), relay.close()]);
    },
  };
}
