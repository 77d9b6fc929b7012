import { BitWriter } from './bit-writer.js';

/**
 * The smallest pictures that are true to their standard: a grey frame of 160×96 (H.264 and MPEG-2 decode), so that a
 * parser, and for these two a player, takes them for real video.
 */
export type VideoCodec = 'h264' | 'h265' | 'mpeg2';
export type H264Keyframe = 'idr' | 'recovery-point' | 'i-slice';

const WIDTH_MBS = 10;
const HEIGHT_MBS = 6;
const START = Buffer.from([0, 0, 0, 1]);

export interface PictureRequest {
  keyframe: boolean;
  /** Counts frames since the last IDR picture, or of a GOP. */
  number: number;
  h264Keyframe: H264Keyframe;
}

/** One access unit without filling, from its first start code on. */
export function picture(codec: VideoCodec, request: PictureRequest): Buffer {
  if (codec === 'h264') return h264Picture(request);
  return codec === 'h265' ? h265Picture(request) : mpeg2Picture(request);
}

/** `size` bytes that decoders skip, carrying `content`; undefined when `size` is too small for it. */
export function filling(
  codec: VideoCodec,
  size: number,
  content: (size: number) => Buffer,
): Buffer | undefined {
  if (codec === 'mpeg2') {
    return size < 5 ? undefined : Buffer.concat([Buffer.from([0, 0, 1, 0xb2]), content(size - 4)]);
  }
  const header = codec === 'h264' ? Buffer.from([0, 0, 1, 12]) : Buffer.from([0, 0, 1, 38 << 1, 1]);
  if (size < header.length + 2) return undefined;
  return Buffer.concat([header, content(size - header.length - 1), Buffer.from([0x80])]);
}

/** MPEG-2 has its place for user data before the slices, the others after them. */
export function withFilling(codec: VideoCodec, unit: Buffer, fill: Buffer): Buffer {
  if (codec !== 'mpeg2') return Buffer.concat([unit, fill]);
  const slices = unit.indexOf(Buffer.from([0, 0, 1, 1]));
  return Buffer.concat([unit.subarray(0, slices), fill, unit.subarray(slices)]);
}

export function nal(header: readonly number[], rbsp: Uint8Array, startCode: Uint8Array = START): Buffer {
  const escaped: number[] = [];
  let zeros = 0;
  for (const byte of rbsp) {
    if (zeros >= 2 && byte <= 3) {
      escaped.push(3);
      zeros = 0;
    }
    escaped.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return Buffer.concat([startCode, Buffer.from(header), Buffer.from(escaped)]);
}

function h264Picture({ keyframe, number, h264Keyframe }: PictureRequest): Buffer {
  const aud = nal([0x09], Buffer.from([keyframe ? 0x10 : 0x30]));
  if (!keyframe) return Buffer.concat([aud, nal([0x41], h264Slice('p', number))]);
  const sets = [nal([0x67], h264Sps()), nal([0x68], h264Pps())];
  if (h264Keyframe === 'idr') return Buffer.concat([aud, ...sets, nal([0x65], h264Slice('idr', 0))]);
  const recovery = nal(
    [0x06],
    Buffer.concat([
      Buffer.from([6, 1]),
      new BitWriter().ue(0).bits(0x8, 4).align().toBuffer(),
      Buffer.from([0x80]),
    ]),
  );
  const slice = nal([0x41], h264Slice('i', number));
  return Buffer.concat(
    h264Keyframe === 'recovery-point' ? [aud, ...sets, recovery, slice] : [aud, ...sets, slice],
  );
}

function h264Sps(): Buffer {
  const w = new BitWriter().bits(66, 8).bits(0xc0, 8).bits(30, 8);
  w.ue(0).ue(0).ue(2).ue(1).bits(0, 1);
  w.ue(WIDTH_MBS - 1).ue(HEIGHT_MBS - 1);
  return w.bits(1, 1).bits(1, 1).bits(0, 1).bits(0, 1).trailing().toBuffer();
}

function h264Pps(): Buffer {
  const w = new BitWriter().ue(0).ue(0).bits(0, 1).bits(0, 1).ue(0).ue(0).ue(0).bits(0, 1).bits(0, 2);
  return w.se(0).se(0).se(0).bits(0, 1).bits(0, 1).bits(0, 1).trailing().toBuffer();
}

/** `frame_num` has four bits here and counts from the keyframe. */
function h264Slice(kind: 'idr' | 'i' | 'p', number: number): Buffer {
  const w = new BitWriter()
    .ue(0)
    .ue(kind === 'p' ? 5 : 7)
    .ue(0)
    .bits(number % 16, 4);
  if (kind === 'idr') w.ue(0);
  if (kind === 'p') w.bits(0, 1).bits(0, 1);
  if (kind === 'idr') w.bits(0, 2);
  else w.bits(0, 1);
  w.se(0);
  const blocks = WIDTH_MBS * HEIGHT_MBS;
  if (kind === 'p') return w.ue(blocks).trailing().toBuffer();
  for (let i = 0; i < blocks; i++) w.ue(3).ue(0).se(0).bits(1, 1);
  return w.trailing().toBuffer();
}

function h265Picture({ keyframe, number }: PictureRequest): Buffer {
  const aud = nal([35 << 1, 1], Buffer.from([keyframe ? 0x10 : 0x30]));
  const body = Buffer.alloc(24, 0xa7);
  if (!keyframe) {
    const slice = new BitWriter()
      .bits(1, 1)
      .ue(0)
      .ue(1)
      .bits(number % 256, 8)
      .trailing()
      .toBuffer();
    return Buffer.concat([aud, nal([1 << 1, 1], Buffer.concat([slice, body]))]);
  }
  const slice = new BitWriter().bits(1, 1).bits(0, 1).ue(0).ue(2).se(0).trailing().toBuffer();
  return Buffer.concat([
    aud,
    nal([32 << 1, 1], h265Vps()),
    nal([33 << 1, 1], h265Sps()),
    nal([34 << 1, 1], h265Pps()),
    nal([19 << 1, 1], Buffer.concat([slice, body])),
  ]);
}

function h265ProfileTierLevel(w: BitWriter): BitWriter {
  return w
    .bits(0, 2)
    .bits(0, 1)
    .bits(1, 5)
    .bits(0x60000000, 32)
    .bits(0x9, 4)
    .bits(0, 43)
    .bits(0, 1)
    .bits(93, 8);
}

function h265Vps(): Buffer {
  const w = new BitWriter().bits(0, 4).bits(3, 2).bits(0, 6).bits(0, 3).bits(1, 1).bits(0xffff, 16);
  h265ProfileTierLevel(w).bits(1, 1).ue(0).ue(0).ue(0);
  return w.bits(0, 6).ue(0).bits(0, 1).bits(0, 1).trailing().toBuffer();
}

function h265Sps(): Buffer {
  const w = new BitWriter().bits(0, 4).bits(0, 3).bits(1, 1);
  h265ProfileTierLevel(w)
    .ue(0)
    .ue(1)
    .ue(WIDTH_MBS * 16)
    .ue(HEIGHT_MBS * 16)
    .bits(0, 1);
  w.ue(0).ue(0).ue(4).bits(1, 1).ue(1).ue(0).ue(0);
  w.ue(0).ue(1).ue(0).ue(2).ue(0).ue(0);
  w.bits(0, 1).bits(0, 1).bits(0, 1).bits(0, 1).ue(0).bits(0, 1).bits(0, 1).bits(0, 1);
  return w.bits(0, 1).bits(0, 1).trailing().toBuffer();
}

function h265Pps(): Buffer {
  const w = new BitWriter().ue(0).ue(0).bits(0, 1).bits(0, 1).bits(0, 3).bits(0, 1).bits(0, 1).ue(0).ue(0);
  w.se(0).bits(0, 1).bits(0, 1).bits(0, 1).se(0).se(0).bits(0, 1).bits(0, 1).bits(0, 1).bits(0, 1).bits(0, 1);
  w.bits(0, 1).bits(0, 1).bits(0, 1).bits(0, 1).bits(0, 1).ue(0).bits(0, 1).bits(0, 1);
  return w.trailing().toBuffer();
}

function mpeg2Picture({ keyframe, number }: PictureRequest): Buffer {
  const code = (id: number, w: BitWriter): Buffer =>
    Buffer.concat([Buffer.from([0, 0, 1, id]), w.align().toBuffer()]);
  const parts: Buffer[] = [];
  if (keyframe) {
    const sequence = new BitWriter()
      .bits(WIDTH_MBS * 16, 12)
      .bits(HEIGHT_MBS * 16, 12)
      .bits(2, 4)
      .bits(3, 4);
    parts.push(code(0xb3, sequence.bits(5000, 18).bits(1, 1).bits(20, 10).bits(0, 3)));
    const extension = new BitWriter().bits(1, 4).bits(0x48, 8).bits(1, 1).bits(1, 2).bits(0, 4).bits(0, 12);
    parts.push(code(0xb5, extension.bits(1, 1).bits(0, 8).bits(0, 1).bits(0, 7)));
    parts.push(
      code(
        0xb8,
        new BitWriter()
          .bits(1 << 12, 25)
          .bits(1, 1)
          .bits(0, 1),
      ),
    );
  }
  const header = new BitWriter()
    .bits(number % 1024, 10)
    .bits(keyframe ? 1 : 2, 3)
    .bits(0xffff, 16);
  if (!keyframe) header.bits(0, 1).bits(7, 3);
  parts.push(code(0x00, header.bits(0, 1)));
  const forward = keyframe ? 0xff : 0x11;
  const coding = new BitWriter().bits(8, 4).bits(forward, 8).bits(0xff, 8).bits(0, 2).bits(3, 2).bits(0, 1);
  parts.push(code(0xb5, coding.bits(1, 1).bits(0, 5).bits(1, 1).bits(1, 1).bits(0, 1)));
  for (let row = 1; row <= HEIGHT_MBS; row++) parts.push(code(row, mpeg2Row(keyframe)));
  return Buffer.concat(parts);
}

function mpeg2Row(keyframe: boolean): BitWriter {
  const w = new BitWriter().bits(8, 5).bits(0, 1);
  for (let column = 0; column < WIDTH_MBS; column++) {
    w.bits(1, 1);
    if (!keyframe) w.bits(1, 3).bits(3, 2);
    else {
      w.bits(1, 1)
        .bits(0b10010, 5)
        .bits(0b10010, 5)
        .bits(0b10010, 5)
        .bits(0b10010, 5)
        .bits(0b0010, 4)
        .bits(0b0010, 4);
    }
  }
  return w;
}
