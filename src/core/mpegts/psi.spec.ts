import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  Counters,
  patSection,
  pmtSection,
  section,
  sectionPackets,
  slowCrc,
  tsPacket,
} from '../../../test/builders/ts-packets.js';
import { strictContinuity } from '../../../test/builders/ts-reader.js';
import { PACKET_SIZE } from './packet.js';
import { buildPat, buildPmt, parsePat, parsePmt, SectionAssembler } from './psi.js';
import type { Pmt } from './psi.js';

function sections(packets: Buffer, assembler = new SectionAssembler()): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < packets.length; at += PACKET_SIZE) assembler.push(packets, at, (s) => found.push(s));
  return found;
}

function payloadPacket(payload: Buffer, payloadUnitStart: boolean, counter: number): Buffer {
  return tsPacket({ pid: 0, counter, payload, payloadUnitStart });
}

const padded = (...parts: Uint8Array[]): Buffer =>
  Buffer.concat([...parts, Buffer.alloc(184, 0xff)]).subarray(0, 184);

const descriptor = (tag: number, body: string): Buffer => {
  const bytes = Buffer.from(body, 'latin1');
  return Buffer.concat([Buffer.from([tag, bytes.length]), bytes]);
};

describe('SectionAssembler', () => {
  const long = section(2, 1, 0, Buffer.alloc(900, 0x33));
  const short = patSection([{ programNumber: 1, pmtPid: 0x20 }]);

  it('puts a section together from many packets', () => {
    expect(sections(sectionPackets(0, long, new Counters()))).toEqual([long]);
  });

  it('finds several sections in one packet, and the next one after a pointer', () => {
    const room = 183 - short.length;
    const packets = Buffer.concat([
      payloadPacket(padded(Buffer.from([0]), short, long.subarray(0, room)), true, 0),
      ...[0, 1, 2, 3].map((i) =>
        payloadPacket(long.subarray(room + i * 184, room + (i + 1) * 184), false, i + 1),
      ),
      payloadPacket(padded(Buffer.from([long.length - room - 736]), long.subarray(room + 736)), true, 5),
      payloadPacket(padded(Buffer.from([0]), short, short), true, 6),
    ]);
    expect(sections(packets)).toEqual([short, long, short, short]);
  });

  it('ignores continuation packets of a section whose start it has not seen', () => {
    expect(sections(payloadPacket(Buffer.alloc(184, 1), false, 0))).toEqual([]);
  });

  it('ignores a repeated packet and one without payload', () => {
    const packets = sectionPackets(0, long, new Counters());
    const first = packets.subarray(0, PACKET_SIZE);
    const second = packets.subarray(PACKET_SIZE, 2 * PACKET_SIZE);
    const clockOnly = tsPacket({ pid: 0, counter: 1, pcr: 5 });
    const stream = Buffer.concat([
      first,
      first,
      second,
      second,
      clockOnly,
      packets.subarray(2 * PACKET_SIZE),
    ]);
    expect(sections(stream)).toEqual([long]);
  });

  it('starts anew after a lost packet', () => {
    const packets = sectionPackets(0, long, new Counters());
    const lossy = Buffer.concat([
      packets.subarray(0, PACKET_SIZE),
      packets.subarray(2 * PACKET_SIZE),
      sectionPackets(0, short, new Counters()),
    ]);
    expect(sections(lossy).filter((s) => slowCrc(s) === 0)).toEqual([short]);
  });

  it('survives pointers beyond the packet, empty payloads and sections that claim too much', () => {
    const packets = [
      payloadPacket(padded(Buffer.from([200]), short), true, 0),
      tsPacket({ pid: 0, counter: 1, payload: Buffer.alloc(0), payloadUnitStart: true, randomAccess: true }),
      payloadPacket(padded(Buffer.from([0, 0x00, 0xbf, 0xff])), true, 2),
      payloadPacket(Buffer.alloc(184, 2), false, 3),
    ];
    packets[1]?.writeUInt8(0x30 | 1, 3);
    expect(sections(Buffer.concat(packets))).toEqual([]);
  });

  it('forgets what it had at a reset', () => {
    const packets = sectionPackets(0, long, new Counters());
    const assembler = new SectionAssembler();
    sections(packets.subarray(0, PACKET_SIZE), assembler);
    assembler.reset();
    expect(sections(packets.subarray(PACKET_SIZE), assembler)).toEqual([]);
    expect(sections(packets, assembler)).toEqual([long]);
  });

  it('gives back any row of sections, wherever packets cut them', () => {
    const body = fc.uint8Array({ maxLength: 600 });
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 5 }), (bodies) => {
        const wanted = bodies.map((b, i) => section(0x40 + i, 7, i, b));
        const counters = new Counters();
        const packets = Buffer.concat(wanted.map((s) => sectionPackets(0, s, counters)));
        expect(sections(packets)).toEqual(wanted);
      }),
    );
  });

  it('never throws and never holds more than one section', () => {
    const packet = fc.uint8Array({ minLength: PACKET_SIZE, maxLength: PACKET_SIZE });
    fc.assert(
      fc.property(fc.array(packet, { maxLength: 20 }), (packets) => {
        for (const found of sections(Buffer.concat(packets))) expect(found.length).toBeLessThanOrEqual(1024);
      }),
    );
  });
});

describe('parsePat', () => {
  it('reads programmes and leaves the network pid out', () => {
    const programs = [
      { programNumber: 0, pmtPid: 0x10 },
      { programNumber: 1, pmtPid: 0x1000 },
      { programNumber: 65535, pmtPid: 0x1ffe },
    ];
    expect(parsePat(patSection(programs, 9, 77))).toEqual({
      transportStreamId: 77,
      version: 9,
      programs: programs.slice(1),
    });
  });

  it('refuses what is damaged, of another table, not valid yet, cut or too short', () => {
    const good = patSection([{ programNumber: 1, pmtPid: 32 }]);
    const damaged = Buffer.from(good);
    damaged[9] = 99;
    const next = Buffer.from(good);
    next[5] = 0xc0;
    next.writeUInt32BE(slowCrc(next.subarray(0, -4)), next.length - 4);
    const bad = [damaged, next, good.subarray(0, -1), good.subarray(0, 5), section(1, 1, 0, Buffer.alloc(4))];
    expect(bad.map(parsePat)).toEqual(bad.map(() => undefined));
  });
});

describe('parsePmt', () => {
  const pmtOf = (streamType: number, descriptors = Buffer.alloc(0)): Pmt | undefined =>
    parsePmt(
      pmtSection({ programNumber: 3, pcrPid: 0x100, streams: [{ streamType, pid: 0x100, descriptors }] }),
    );

  it('reads streams, languages and the PCR pid', () => {
    const language = descriptor(0x0a, 'RUS\0');
    const info = descriptor(0x09, 'abcd');
    const pmt = parsePmt(
      pmtSection({
        programNumber: 42,
        pcrPid: 0x1fff,
        version: 31,
        programDescriptors: info,
        streams: [
          { streamType: 0x1b, pid: 0x101 },
          { streamType: 0x0f, pid: 0x102, descriptors: language },
        ],
      }),
    );
    expect(pmt).toEqual({
      programNumber: 42,
      version: 31,
      pcrPid: 0x1fff,
      programDescriptors: info,
      streams: [
        { pid: 0x101, streamType: 0x1b, kind: 'video', codec: 'h264', descriptors: Buffer.alloc(0) },
        { pid: 0x102, streamType: 0x0f, kind: 'audio', codec: 'aac', language: 'rus', descriptors: language },
      ],
    });
  });

  it.each([
    [0x01, '', 'video', 'mpeg1'],
    [0x02, '', 'video', 'mpeg2'],
    [0x03, '', 'audio', 'mpeg-audio'],
    [0x04, '', 'audio', 'mpeg-audio'],
    [0x0f, '', 'audio', 'aac'],
    [0x10, '', 'video', 'mpeg4'],
    [0x11, '', 'audio', 'aac-latm'],
    [0x15, '', 'data', 'id3'],
    [0x1b, '', 'video', 'h264'],
    [0x24, '', 'video', 'h265'],
    [0x33, '', 'video', 'h266'],
    [0x81, '', 'audio', 'ac3'],
    [0x86, '', 'data', 'scte35'],
    [0x87, '', 'audio', 'eac3'],
    [0xea, '', 'video', 'vc1'],
    [0x06, '', 'data', 'unknown'],
    [0x7e, '', 'data', 'unknown'],
    [0x06, '6a0100', 'audio', 'ac3'],
    [0x06, '7a0100', 'audio', 'eac3'],
    [0x06, '7b0100', 'audio', 'dts'],
    [0x06, '7c0100', 'audio', 'aac'],
    [0x06, '5605' + '727573' + '0000', 'text', 'teletext'],
    [0x06, '5908' + '727573' + '1000010001', 'text', 'dvb-subtitle'],
    [0x06, '7f0115', 'audio', 'ac4'],
    [0x06, '7f00', 'data', 'unknown'],
    [0x06, '520101' + '6a0100', 'audio', 'ac3'],
    [0x06, '0504' + '48455643', 'video', 'h265'],
    [0x06, '0504' + '41433320' + '6a0100', 'audio', 'ac3'],
    [0x06, '0504' + '4f707573', 'audio', 'opus'],
    [0x06, '6a', 'data', 'unknown'],
    [0x06, '6a05aa', 'data', 'unknown'],
  ])('knows stream type %i with descriptors "%s" as %s/%s', (streamType, hex, kind, codec) => {
    expect(pmtOf(streamType, Buffer.from(hex, 'hex'))?.streams[0]).toMatchObject({ kind, codec });
  });

  it.each(['0a02' + '7275', '0a04' + '00000000'])('takes no language from %s', (hex) => {
    expect(pmtOf(0x0f, Buffer.from(hex, 'hex'))?.streams[0]).not.toHaveProperty('language');
  });

  it('refuses tables whose lengths disagree', () => {
    const head = (info: number): number[] => [0xe1, 0x00, 0xf0, info];
    const bodies = [
      Buffer.from(head(1)),
      Buffer.from([...head(0), 0x1b, 0xe1]),
      Buffer.from([...head(0), 0x1b, 0xe1, 0x00, 0xf0, 0x01]),
      Buffer.alloc(2),
    ];
    expect(bodies.map((body) => parsePmt(section(2, 1, 0, body)))).toEqual(bodies.map(() => undefined));
    expect(parsePmt(patSection([]))).toBeUndefined();
  });

  it('never throws on hostile sections that carry a right CRC', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(0, 2), (body, table) => {
        const bytes = section(table, 1, 0, body);
        const parsed = table === 0 ? parsePat(bytes) : parsePmt(bytes);
        if (parsed && 'streams' in parsed) expect(parsed.streams.length).toBeLessThanOrEqual(body.length / 5);
        else expect(parsed?.programs.length ?? 0).toBeLessThanOrEqual(body.length / 4);
      }),
    );
  });
});

describe('writers', () => {
  it('writes a PAT that reads back', () => {
    const pat = { transportStreamId: 5, version: 3, programs: [{ programNumber: 1, pmtPid: 0x1001 }] };
    const packets = buildPat(pat, 21);
    expect(packets).toEqual(sectionPackets(0, patSection(pat.programs, 3, 5), skipped(0, 5)));
    expect(parsePat(sections(packets)[0] ?? packets)).toEqual(pat);
  });

  it('writes a PMT over several packets with running counters', () => {
    const streams = Array.from({ length: 40 }, (_, i) => ({
      streamType: 0x0f,
      pid: 0x100 + i,
      descriptors: descriptor(0x0a, 'ger\0'),
    }));
    const fields = {
      programNumber: 7,
      pcrPid: 0x100,
      version: 4,
      streams,
      programDescriptors: descriptor(9, 'x'),
    };
    const pmt = parsePmt(pmtSection(fields));
    if (!pmt) throw new Error('the builder made no PMT');
    const packets = buildPmt(pmt, 0x55, 15);
    expect(packets).toEqual(sectionPackets(0x55, pmtSection(fields), skipped(0x55, 15)));
    expect(packets.length).toBeGreaterThan(PACKET_SIZE);
    expect(strictContinuity(packets)).toEqual([]);
    expect(parsePmt(sections(packets)[0] ?? packets)).toEqual(pmt);
  });

  it('refuses a table that fits no section', () => {
    const programs = Array.from({ length: 300 }, (_, i) => ({ programNumber: i + 1, pmtPid: i + 32 }));
    expect(() => buildPat({ transportStreamId: 1, version: 0, programs }, 0)).toThrow(RangeError);
  });
});

function skipped(pid: number, count: number): Counters {
  const counters = new Counters();
  for (let i = 0; i < count; i++) counters.take(pid);
  return counters;
}
