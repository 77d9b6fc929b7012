import type { StreamingParts } from './create-streaming.js';
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

export interface Drivers {
  all: readonly SourceDriver[];
  ffmpeg: Ffmpeg;
  /** Ends what they have running beside their streams. */
  close(): Promise<void>;
}

/** One driver for every kind of source. */
export function createDrivers(parts: StreamingParts, registry: EngineRegistry, slates: SlateMaker): Drivers {
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
