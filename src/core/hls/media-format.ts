import type { Codec } from '../mpegts/codecs.js';
import { PACKET_SIZE, payloadStartAt, payloadUnitStartAt, pidAt } from '../mpegts/packet.js';
import { StreamAnalyser } from '../mpegts/stream-analyser.js';
import { isPesWithHeader, pesDataOffset } from '../mpegts/timestamps.js';
import { readH264Format } from './h264-sequence.js';
import type { H264Format } from './h264-sequence.js';

/** What players have to decode. */
export interface MediaFormat {
  /** undefined: no picture. */
  video: Codec | undefined;
  /** Of the first sound; undefined: none. */
  audio: Codec | undefined;
  /** Where the picture is H.264. */
  h264: H264Format | undefined;
}

/** Parameter sets stand before the first slice. */
const LOOK_BYTES = 64 * 1024;

/** Of a segment that starts with its tables and a keyframe; undefined where it has no tables. */
export function mediaFormatOf(parts: readonly Buffer[]): MediaFormat | undefined {
  const bytes = firstBytes(parts);
  const analyser = new StreamAnalyser();
  analyser.push(bytes);
  const streams = analyser.program?.pmt.streams;
  if (!streams) return undefined;
  const video = streams.find(({ kind }) => kind === 'video');
  const audio = streams.find(({ kind }) => kind === 'audio');
  return {
    video: video?.codec,
    audio: audio?.codec,
    h264: video?.codec === 'h264' ? readH264Format(firstPicture(bytes, video.pid)) : undefined,
  };
}

function firstBytes(parts: readonly Buffer[]): Buffer {
  const taken: Buffer[] = [];
  let bytes = 0;
  for (const part of parts) {
    if (bytes >= LOOK_BYTES) break;
    taken.push(part);
    bytes += part.length;
  }
  const all = Buffer.concat(taken);
  const length = Math.min(all.length, LOOK_BYTES);
  return all.subarray(0, length - (length % PACKET_SIZE));
}

/** What the first PES packet of a pid carries, as far as it is there. */
function firstPicture(packets: Buffer, pid: number): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < packets.length; at += PACKET_SIZE) {
    if (pidAt(packets, at) !== pid) continue;
    const isStart = payloadUnitStartAt(packets, at);
    if (isStart && pieces.length > 0) break;
    if (!isStart && pieces.length === 0) continue;
    const from = payloadStartAt(packets, at);
    const end = at + PACKET_SIZE;
    const dataFrom = isStart && isPesWithHeader(packets, from, end) ? pesDataOffset(packets, from) : from;
    pieces.push(packets.subarray(Math.min(dataFrom, end), end));
  }
  return Buffer.concat(pieces);
}
