import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import type { ConvertRequest, HlsConverter, HlsOpening } from '../hls/open-hls.js';
import type { Ffmpeg } from './ffmpeg.js';
import type { HlsRelay } from './hls-relay.js';
import { QUICK_LOOK, TO_TRANSPORT_STREAM } from './remux.js';

/** Makes transport streams of other containers by ffmpeg, which gets all its bytes from us. */
export class FfmpegConverter implements HlsConverter {
  constructor(
    private readonly ffmpeg: Ffmpeg,
    private readonly relay: HlsRelay,
  ) {}

  async open({ transport, url, onlyVariant }: ConvertRequest): Promise<HlsOpening> {
    const relayed = await this.relay.open({
      transport,
      url,
      ...(onlyVariant === undefined ? {} : { onlyVariant }),
    });
    const input = ['-protocol_whitelist', 'http,tcp,crypto', '-allowed_extensions', 'ALL', '-i', relayed.url];
    const args = [...QUICK_LOOK, '-live_start_index', '-3', ...input, ...TO_TRANSPORT_STREAM];
    const started = await this.ffmpeg.start({ args, purpose: 'HLS' });
    if (!started.ok) {
      relayed.close();
      return started;
    }
    started.run.output.once('close', () => relayed.close());
    return { ok: true, body: started.run.output };
  }

  /** A body in some other container, which begins with `firstBytes`. */
  async convert(body: Readable, firstBytes: Buffer): Promise<HlsOpening> {
    const args = [...QUICK_LOOK, '-protocol_whitelist', 'pipe', '-i', 'pipe:0', ...TO_TRANSPORT_STREAM];
    const started = await this.ffmpeg.start({ args, purpose: 'conversion', takesInput: true });
    const input = started.ok ? started.run.input : null;
    if (!started.ok || !input) {
      body.on('error', () => {});
      body.destroy();
      return started.ok ? { ok: false, failure: { kind: 'unavailable', detail: 'ffmpeg ended' } } : started;
    }
    input.write(firstBytes);
    pipeline(body, input, () => {});
    started.run.output.once('close', () => body.destroy());
    return { ok: true, body: started.run.output };
  }
}
