import { crc32 } from '../mpegts/crc32.js';
import {
  byteAt,
  counterAt,
  hasPcrAt,
  PACKET_SIZE,
  payloadStartAt,
  payloadUnitStartAt,
  pidAt,
  setCounterAt,
} from '../mpegts/packet.js';
import { silentFrame } from './silent-audio.js';
import type { StillVideo } from './still-video.js';

const PMT_PID = 0x1000;
const VIDEO_PID = 0x100;
const AUDIO_PID = 0x101;
const CLOCK_WRAP = 2 ** 33;
/** 90 kHz ticks of a picture at 25 a second, and of an AAC frame at 48 kHz. */
const PICTURE_TICKS = 3600;
const AUDIO_TICKS = 1920;
/** Pictures and AAC frames end together after these. */
const PICTURES = 48;
const AUDIO_FRAMES = 90;
/** The clock runs this far before what is shown. */
const LEAD_TICKS = 18_000;
const FIRST_TICKS = 90_000;
const TABLES_EVERY = 12;
/** AAC frames of one PES packet. */
const AUDIO_GATHERED = 6;

/** What one turn of a clip lasts. */
export const TURN_SECONDS = (PICTURES * PICTURE_TICKS) / 90_000;

/** A still picture with silence as a transport stream that starts with its tables and a keyframe. */
export function slateTurn(video: StillVideo): Buffer {
  return new Muxer().turn(video);
}

class Muxer {
  private readonly sound = silentFrame();
  private readonly counters = new Map<number, number>();
  private readonly parts: Buffer[] = [];

  turn(video: StillVideo): Buffer {
    let audio = 0;
    for (let picture = 0; picture < PICTURES; picture++) {
      if (picture % TABLES_EVERY === 0) this.tables();
      const pts = FIRST_TICKS + picture * PICTURE_TICKS;
      const data = picture === 0 ? video.keyframe : video.repeat(picture);
      this.pes(VIDEO_PID, 0xe0, data, pts, { clock: pts - LEAD_TICKS, random: picture === 0 });
      for (; audio < AUDIO_FRAMES && audio * AUDIO_TICKS < (picture + 1) * PICTURE_TICKS;) {
        const frames = Array.from({ length: AUDIO_GATHERED }, () => this.sound);
        this.pes(AUDIO_PID, 0xc0, Buffer.concat(frames), FIRST_TICKS + audio * AUDIO_TICKS);
        audio += AUDIO_GATHERED;
      }
    }
    return Buffer.concat(this.parts);
  }

  private tables(): void {
    this.section(0, [0x00, 0xb0, 13, 0, 1, 0xc1, 0, 0, 0, 1, 0xe0 | (PMT_PID >> 8), PMT_PID & 0xff]);
    const streams = [...streamEntry(0x1b, VIDEO_PID), ...streamEntry(0x0f, AUDIO_PID)];
    const head = [0x02, 0xb0, 13 + streams.length, 0, 1, 0xc1, 0, 0];
    this.section(PMT_PID, [...head, 0xe0 | (VIDEO_PID >> 8), VIDEO_PID & 0xff, 0xf0, 0, ...streams]);
  }

  private section(pid: number, bytes: number[]): void {
    const payload = Buffer.alloc(PACKET_SIZE - 4, 0xff);
    payload[0] = 0;
    payload.set(bytes, 1);
    payload.writeUInt32BE(crc32(Buffer.from(bytes)), 1 + bytes.length);
    this.packet(pid, payload, 0, true);
  }

  private pes(pid: number, streamId: number, data: Buffer, pts: number, start: PacketStart = {}): void {
    const length = streamId === 0xe0 ? 0 : data.length + 8;
    const header = [0, 0, 1, streamId, length >> 8, length & 0xff, 0x84, 0x80, 5, ...stamp(pts)];
    const whole = Buffer.concat([Buffer.from(header), data]);
    let at = this.packet(pid, whole, 0, true, start);
    while (at < whole.length) at = this.packet(pid, whole, at, false);
  }

  /** Writes one packet; returns how far it got. What is short is stuffed. */
  private packet(
    pid: number,
    payload: Buffer,
    from: number,
    starts: boolean,
    start: PacketStart = {},
  ): number {
    const field = adaptation(start);
    const size = Math.min(payload.length - from, PACKET_SIZE - 4 - field.length);
    const room = PACKET_SIZE - 4 - size;
    const counter = this.counters.get(pid) ?? 0;
    this.counters.set(pid, (counter + 1) & 15);
    const packet = Buffer.alloc(PACKET_SIZE, 0xff);
    packet[0] = 0x47;
    packet[1] = (starts ? 0x40 : 0) | (pid >> 8);
    packet[2] = pid & 0xff;
    packet[3] = (room > 0 ? 0x30 : 0x10) | counter;
    if (room > 0) {
      packet.set(field, 4);
      packet[4] = room - 1;
      if (room > 1 && field.length === 0) packet[5] = 0;
    }
    payload.copy(packet, 4 + room, from, from + size);
    this.parts.push(packet);
    return from + size;
  }
}

interface PacketStart {
  /** 90 kHz. */
  clock?: number;
  /** A decoder may begin here. */
  random?: boolean;
}

function adaptation({ clock, random = false }: PacketStart): Buffer {
  if (clock === undefined) return Buffer.alloc(0);
  const field = Buffer.alloc(8);
  field[1] = 0x10 | (random ? 0x40 : 0);
  writeClock(field, 2, clock);
  return field;
}

function writeClock(bytes: Buffer, at: number, clock: number): void {
  const base = clock % CLOCK_WRAP;
  bytes.writeUInt32BE(Math.floor(base / 2), at);
  bytes[at + 4] = ((base % 2) << 7) | 0x7e;
}

function readClock(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at) * 2 + (byteAt(bytes, at + 4) >> 7);
}

function readStamp(bytes: Buffer, at: number): number {
  const high = (byteAt(bytes, at) >> 1) & 7;
  const middle = bytes.readUInt16BE(at + 1) >> 1;
  const low = bytes.readUInt16BE(at + 3) >> 1;
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}

/** Repeats a turn for ever: clocks and counters of each continue those of the one before. */
export class SlateLoop {
  private turns = 0;
  /** Packets with a payload in one turn, by pid. */
  private readonly counts = new Map<number, number>();

  constructor(private readonly turn: Buffer) {
    for (let at = 0; at < turn.length; at += PACKET_SIZE) {
      const pid = pidAt(turn, at);
      this.counts.set(pid, (this.counts.get(pid) ?? 0) + 1);
    }
  }

  next(): Buffer {
    const copy = Buffer.from(this.turn);
    const ticks = this.turns * PICTURES * PICTURE_TICKS;
    for (let at = 0; at < copy.length; at += PACKET_SIZE) {
      const pid = pidAt(copy, at);
      setCounterAt(copy, at, (counterAt(copy, at) + this.turns * (this.counts.get(pid) ?? 0)) & 15);
      if (hasPcrAt(copy, at)) writeClock(copy, at + 6, readClock(copy, at + 6) + ticks);
      if (payloadUnitStartAt(copy, at) && (pid === VIDEO_PID || pid === AUDIO_PID)) {
        const stamped = payloadStartAt(copy, at) + 9;
        copy.set(stamp(readStamp(copy, stamped) + ticks), stamped);
      }
    }
    this.turns++;
    return copy;
  }
}

function streamEntry(type: number, pid: number): number[] {
  return [type, 0xe0 | (pid >> 8), pid & 0xff, 0xf0, 0];
}

function stamp(pts: number): number[] {
  const ticks = pts % CLOCK_WRAP;
  const low = ticks % 2 ** 30;
  return [
    0x21 | (Math.floor(ticks / 2 ** 30) << 1),
    (low >> 22) & 0xff,
    ((low >> 14) & 0xfe) | 1,
    (low >> 7) & 0xff,
    ((low << 1) & 0xfe) | 1,
  ];
}
