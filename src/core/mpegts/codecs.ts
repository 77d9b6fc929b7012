import { byteAt } from './packet.js';

export type StreamKind = 'video' | 'audio' | 'text' | 'data';

export type Codec =
  | 'mpeg1'
  | 'mpeg2'
  | 'mpeg4'
  | 'h264'
  | 'h265'
  | 'h266'
  | 'av1'
  | 'vc1'
  | 'avs2'
  | 'mpeg-audio'
  | 'aac'
  | 'aac-latm'
  | 'ac3'
  | 'eac3'
  | 'ac4'
  | 'dts'
  | 'truehd'
  | 'opus'
  | 'pcm'
  | 'teletext'
  | 'dvb-subtitle'
  | 'pgs'
  | 'scte35'
  | 'id3'
  | 'unknown';

export interface CodecInfo {
  kind: StreamKind;
  codec: Codec;
}

const video = (codec: Codec): CodecInfo => ({ kind: 'video', codec });
const audio = (codec: Codec): CodecInfo => ({ kind: 'audio', codec });
const text = (codec: Codec): CodecInfo => ({ kind: 'text', codec });
const data = (codec: Codec): CodecInfo => ({ kind: 'data', codec });
const UNKNOWN = data('unknown');

/** Stream types of ISO/IEC 13818-1, ATSC, Blu-ray; 0xc1, 0xcf and 0xdb are the sample-encrypted ones of HLS. */
const BY_STREAM_TYPE: ReadonlyMap<number, CodecInfo> = new Map([
  [0x01, video('mpeg1')],
  [0x02, video('mpeg2')],
  [0x03, audio('mpeg-audio')],
  [0x04, audio('mpeg-audio')],
  [0x0f, audio('aac')],
  [0x10, video('mpeg4')],
  [0x11, audio('aac-latm')],
  [0x15, data('id3')],
  [0x1b, video('h264')],
  [0x1c, audio('aac')],
  [0x24, video('h265')],
  [0x33, video('h266')],
  [0x80, audio('pcm')],
  [0x81, audio('ac3')],
  [0x82, audio('dts')],
  [0x83, audio('truehd')],
  [0x84, audio('eac3')],
  [0x85, audio('dts')],
  [0x86, data('scte35')],
  [0x87, audio('eac3')],
  [0x8a, audio('dts')],
  [0x90, text('pgs')],
  [0xc1, audio('ac3')],
  [0xc2, audio('eac3')],
  [0xcf, audio('aac')],
  [0xd2, video('avs2')],
  [0xdb, video('h264')],
  [0xea, video('vc1')],
]);

/** DVB: what a private stream (type 0x06) carries stands in its descriptors. */
const BY_DESCRIPTOR: ReadonlyMap<number, CodecInfo> = new Map([
  [0x45, text('teletext')],
  [0x46, text('teletext')],
  [0x56, text('teletext')],
  [0x59, text('dvb-subtitle')],
  [0x6a, audio('ac3')],
  [0x7a, audio('eac3')],
  [0x7b, audio('dts')],
  [0x7c, audio('aac')],
]);

/** DVB's extension descriptor (0x7f), by its second tag. */
const BY_EXTENSION: ReadonlyMap<number, CodecInfo> = new Map([
  [0x0e, audio('dts')],
  [0x0f, audio('dts')],
  [0x15, audio('ac4')],
]);

const BY_REGISTRATION: ReadonlyMap<string, CodecInfo> = new Map([
  ['HEVC', video('h265')],
  ['VVC ', video('h266')],
  ['AV01', video('av1')],
  ['VC-1', video('vc1')],
  ['AC-3', audio('ac3')],
  ['EAC3', audio('eac3')],
  ['AC-4', audio('ac4')],
  ['DTS1', audio('dts')],
  ['DTS2', audio('dts')],
  ['DTS3', audio('dts')],
  ['Opus', audio('opus')],
  ['BSSD', audio('pcm')],
  ['CUEI', data('scte35')],
  ['ID3 ', data('id3')],
]);

const REGISTRATION = 0x05;
const LANGUAGE = 0x0a;
const EXTENSION = 0x7f;

export interface Descriptor {
  tag: number;
  body: Buffer;
}

/** Descriptors up to the first one that claims more than there is. */
export function descriptorsIn(bytes: Buffer): Descriptor[] {
  const found: Descriptor[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const end = at + 2 + byteAt(bytes, at + 1);
    if (end > bytes.length) break;
    found.push({ tag: byteAt(bytes, at), body: bytes.subarray(at + 2, end) });
    at = end;
  }
  return found;
}

/** The stream type decides where it says enough; private and unknown types are told by their descriptors. */
export function codecOf(streamType: number, descriptors: readonly Descriptor[]): CodecInfo {
  const named = BY_STREAM_TYPE.get(streamType);
  if (named) return named;
  for (const descriptor of descriptors) {
    const info = codecOfDescriptor(descriptor);
    if (info) return info;
  }
  return UNKNOWN;
}

function codecOfDescriptor({ tag, body }: Descriptor): CodecInfo | undefined {
  if (tag === REGISTRATION) return BY_REGISTRATION.get(body.toString('latin1', 0, 4));
  if (tag === EXTENSION && body.length > 0) return BY_EXTENSION.get(byteAt(body, 0));
  return BY_DESCRIPTOR.get(tag);
}

/** ISO 639 code of the first language named, e.g. "rus". */
export function languageOf(descriptors: readonly Descriptor[]): string | undefined {
  const language = descriptors.find(({ tag, body }) => tag === LANGUAGE && body.length >= 3);
  const code = language?.body.toString('latin1', 0, 3).toLowerCase();
  return code !== undefined && /^[a-z]{3}$/.test(code) ? code : undefined;
}
