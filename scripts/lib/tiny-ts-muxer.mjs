// Just enough of a transport stream multiplexer: one programme with MPEG-2 video and MPEG audio.
const PACKET = 188;
const PMT_PID = 0x1000;
const VIDEO_PID = 0x100;
const AUDIO_PID = 0x101;
/** The clock runs this far before what is shown, 90 kHz. */
const LEAD = 45_000;

export class TinyTsMuxer {
  #parts = [];
  #counters = new Map();

  tables() {
    this.#section(0, [0x00, 0xb0, 0x0d, 0, 1, 0xc1, 0, 0, 0, 1, 0xe0 | (PMT_PID >> 8), PMT_PID & 0xff]);
    const streams = [...streamEntry(0x02, VIDEO_PID), ...streamEntry(0x03, AUDIO_PID)];
    const length = 9 + streams.length + 4;
    const head = [0x02, 0xb0, length, 0, 1, 0xc1, 0, 0, 0xe0 | (VIDEO_PID >> 8), VIDEO_PID & 0xff, 0xf0, 0];
    this.#section(PMT_PID, [...head, ...streams]);
  }

  /** `pts` in 90 kHz; the picture's first packet carries the clock. */
  video(data, pts, random) {
    this.#pes(VIDEO_PID, 0xe0, data, pts, { clock: pts - LEAD, random });
  }

  audio(data, pts) {
    this.#pes(AUDIO_PID, 0xc0, data, pts, {});
  }

  toBuffer() {
    return Buffer.concat(this.#parts);
  }

  #pes(pid, streamId, data, pts, first) {
    const length = streamId === 0xe0 ? 0 : data.length + 8;
    const header = Buffer.from([0, 0, 1, streamId, length >> 8, length & 0xff, 0x84, 0x80, 5, ...stamp(pts)]);
    const whole = Buffer.concat([header, data]);
    for (let at = 0; at < whole.length;) {
      const field = at === 0 ? adaptation(first) : Buffer.alloc(0);
      at += this.#packet(pid, whole.subarray(at), at === 0, field);
    }
  }

  #section(pid, bytes) {
    const section = Buffer.concat([Buffer.from(bytes), Buffer.alloc(4)]);
    section.writeUInt32BE(crc32(bytes), bytes.length);
    const payload = Buffer.alloc(PACKET - 4, 0xff);
    payload[0] = 0;
    section.copy(payload, 1);
    this.#packet(pid, payload, true, Buffer.alloc(0));
  }

  /** Writes one packet; returns how much of the payload it took. The rest of a short one is stuffing. */
  #packet(pid, payload, starts, field) {
    const taken = Math.min(payload.length, PACKET - 4 - field.length);
    const room = PACKET - 4 - taken;
    const stuffed = room === 0 ? Buffer.alloc(0) : stuff(field, room);
    const counter = this.#counters.get(pid) ?? 0;
    this.#counters.set(pid, (counter + 1) & 15);
    const control = (room === 0 ? 0x10 : 0x30) | counter;
    const head = Buffer.from([0x47, (starts ? 0x40 : 0) | (pid >> 8), pid & 0xff, control]);
    this.#parts.push(head, stuffed, payload.subarray(0, taken));
    return taken;
  }
}

function streamEntry(type, pid) {
  return [type, 0xe0 | (pid >> 8), pid & 0xff, 0xf0, 0];
}

function adaptation({ clock, random }) {
  if (clock === undefined) return Buffer.alloc(0);
  const field = Buffer.alloc(8);
  field[0] = 7;
  field[1] = 0x10 | (random ? 0x40 : 0);
  field.writeUInt32BE(Math.floor(clock / 2), 2);
  field[6] = ((clock % 2) << 7) | 0x7e;
  return field;
}

/** The adaptation field made as long as `room`. */
function stuff(field, room) {
  const whole = Buffer.alloc(room, 0xff);
  whole[0] = room - 1;
  if (room > 1) whole[1] = 0;
  if (field.length > 0) field.copy(whole, 1, 1);
  return whole;
}

function stamp(ticks) {
  return [
    0x21 | (Math.floor(ticks / 2 ** 30) << 1),
    (ticks >> 22) & 0xff,
    ((ticks >> 14) & 0xfe) | 1,
    (ticks >> 7) & 0xff,
    ((ticks << 1) & 0xfe) | 1,
  ];
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}
