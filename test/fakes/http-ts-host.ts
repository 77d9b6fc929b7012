import { HlsBroadcast, mediaPlaylist } from './media/hls-broadcast.js';
import type { ConnectionFault, MediaFault, ReplyFault } from './faults/fault.js';
import type { FaultPlace } from './faults/fault-book.js';
import { Feed } from './media/feed.js';
import { MediaPump } from './media/media-pump.js';
import type { MediaSource } from './media/media-source.js';
import { FAST_PACE } from './media/pace.js';
import type { PaceOptions } from './media/pace.js';
import { framingHeaders, SocketSink, statusLineOf } from './media/socket-sink.js';
import type { Framing } from './media/socket-sink.js';
import { SyntheticSource } from './media/synthetic-source.js';
import type { Exchange } from './net/exchange.js';
import { FaultyHost } from './net/faulty-host.js';
import type { FaultyHostOptions } from './net/faulty-host.js';

export interface HttpChannelSpec extends Partial<PaceOptions> {
  name: string;
  bitrateKbps?: number;
  /** Stands in every byte of a generated channel (0..16383). Default: the place in the list, from 1. */
  channelId?: number;
  media?: () => MediaSource;
  contentType?: string;
  framing?: Framing;
  startOffset?: number;
}

export interface HttpTsHostOptions extends FaultyHostOptions {
  channels: readonly (HttpChannelSpec | string)[];
  tickMs?: number;
  hls?: { segmentSeconds?: number; firstSegments?: number; window?: number };
}

export type HostFault =
  | MediaFault
  | ConnectionFault
  | Exclude<ReplyFault, { kind: 'redirectForeignHost' }>
  | { kind: 'hlsListStale' };

interface Channel {
  spec: HttpChannelSpec;
  pace: PaceOptions;
  feed: Feed;
  broadcast: HlsBroadcast;
}

/**
 * Plain HTTP channels: `/channel/<name>.ts` endless, `/channel/<name>.m3u8` with `/segment/<name>/<n>.ts`.
 * Faults are scoped by the channel's name; routes are `channel`, `list` and `segment`.
 */
export class HttpTsHost extends FaultyHost<HostFault> {
  /** Streams that play now. */
  openStreams = 0;
  maxOpenStreams = 0;
  mediaBytes = 0;
  private readonly channels = new Map<string, Channel>();
  private readonly tickMs: number;

  constructor(options: HttpTsHostOptions) {
    super(options);
    this.tickMs = options.tickMs ?? 20;
    for (const [index, entry] of options.channels.entries()) {
      const spec = typeof entry === 'string' ? { name: entry } : entry;
      this.channels.set(spec.name, this.channelOf({ channelId: index + 1, ...spec }, options.hls ?? {}));
    }
  }

  urlOf(name: string, form: 'ts' | 'm3u8' = 'ts'): string {
    return `${this.url}/channel/${encodeURIComponent(name)}.${form}`;
  }

  protected placeOf(exchange: Exchange): FaultPlace {
    const { route, name } = parsePath(exchange.path);
    return { route, contentKeys: [name] };
  }

  protected answer(exchange: Exchange): void {
    const { route, name, number } = parsePath(exchange.path);
    const channel = this.channels.get(name);
    if (!channel) return exchange.text(404, 'no such channel');
    if (!['GET', 'HEAD'].includes(exchange.req.method ?? '')) return exchange.text(405, 'use GET');
    switch (route) {
      case 'channel':
        return this.stream(exchange, channel);
      case 'list':
        return this.list(exchange, channel);
      case 'segment':
        return this.segment(exchange, channel, number);
      default:
        return exchange.text(404, 'not found');
    }
  }

  private channelOf(spec: HttpChannelSpec, hls: NonNullable<HttpTsHostOptions['hls']>): Channel {
    const media =
      spec.media ??
      (() =>
        new SyntheticSource({
          bitrate: (spec.bitrateKbps ?? 1000) * 1000,
          ...(spec.channelId === undefined ? {} : { channelId: spec.channelId }),
        }));
    return {
      spec,
      pace: { ...FAST_PACE, ...given(spec) },
      feed: new Feed(media()),
      broadcast: new HlsBroadcast({
        source: media(),
        segmentSeconds: hls.segmentSeconds ?? 4,
        firstSegments: hls.firstSegments ?? 3,
        window: hls.window ?? 6,
        now: () => this.timers.clock.monotonic(),
      }),
    };
  }

  private stream(exchange: Exchange, { spec, pace, feed }: Channel): void {
    const framing = spec.framing ?? 'chunked';
    const socket = exchange.rawStart(statusLineOf(framing), {
      'Content-Type': spec.contentType ?? 'video/mp2t',
      ...framingHeaders(framing),
    });
    if (exchange.req.method === 'HEAD') return void socket.end();
    this.openStreams++;
    this.maxOpenStreams = Math.max(this.maxOpenStreams, this.openStreams);
    const pump = new MediaPump({
      feed,
      sink: new SocketSink(socket, framing),
      pace,
      timers: this.timers,
      random: this.random,
      faults: this.faultBook,
      place: { route: 'channel', contentKeys: [spec.name] },
      tickMs: this.tickMs,
      ...(spec.startOffset === undefined ? {} : { startOffset: spec.startOffset }),
      onBytes: (count) => {
        this.mediaBytes += count;
      },
    });
    socket.on('drain', () => pump.start());
    socket.on('close', () => {
      pump.stop();
      this.openStreams--;
      this.requests.changed();
    });
    pump.start();
  }

  private list(exchange: Exchange, { spec, broadcast }: Channel): void {
    const frozen = this.faultBook.peek('hlsListStale', this.placeOf(exchange)) !== undefined;
    const name = encodeURIComponent(spec.name);
    const text = mediaPlaylist(broadcast.list(frozen), (number) => `../segment/${name}/${number}.ts`);
    exchange.send(200, text, { 'Content-Type': 'application/vnd.apple.mpegurl' });
  }

  private segment(exchange: Exchange, { broadcast }: Channel, number: number): void {
    const segment = broadcast.segment(number);
    if (!segment) return exchange.text(404, 'no such segment');
    this.mediaBytes += segment.data.length;
    exchange.send(200, segment.data, { 'Content-Type': 'video/mp2t' });
  }
}

export async function createHttpTsHost(options: HttpTsHostOptions): Promise<HttpTsHost> {
  const host = new HttpTsHost(options);
  await host.open();
  return host;
}

function parsePath(path: string): { route: string; name: string; number: number } {
  const stream = /^\/channel\/([^/]+)\.(ts|m3u8)$/.exec(path);
  const segment = /^\/segment\/([^/]+)\/(\d+)\.ts$/.exec(path);
  const route = segment ? 'segment' : stream?.[2] === 'ts' ? 'channel' : stream ? 'list' : 'unknown';
  return {
    route,
    name: decodeURIComponent(stream?.[1] ?? segment?.[1] ?? ''),
    number: Number(segment?.[2] ?? -1),
  };
}

function given(spec: HttpChannelSpec): Partial<PaceOptions> {
  const { burstSeconds, burstOverSeconds, supplyRatio, jitter } = spec;
  const pairs = Object.entries({ burstSeconds, burstOverSeconds, supplyRatio, jitter });
  return Object.fromEntries(pairs.filter(([, value]) => value !== undefined));
}
