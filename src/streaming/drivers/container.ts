export type Container = 'mp4' | 'flv' | 'matroska' | 'ogg' | 'sound' | 'avi';

/** What a body begins with, where it is certainly no transport stream; undefined = it may be one. */
export function containerOf(bytes: Buffer): Container | undefined {
  const text = bytes.subarray(0, 12).toString('latin1');
  if (/^....(ftyp|styp|moov|moof|sidx)/s.test(text)) return 'mp4';
  if (text.startsWith('FLV\x01')) return 'flv';
  if (text.startsWith('\x1aE\xdf\xa3')) return 'matroska';
  if (text.startsWith('OggS')) return 'ogg';
  if (text.startsWith('RIFF') && text.endsWith('AVI ')) return 'avi';
  // ID3, or the sync word of MPEG audio and ADTS: radio.
  if (text.startsWith('ID3') || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0)) return 'sound';
  return undefined;
}
