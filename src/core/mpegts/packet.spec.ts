import { describe, expect, it } from '@jest/globals';
import { nullPacket as builtNull, tsPacket } from '../../../test/builders/ts-packets.js';
import {
  counterAt,
  discontinuityAt,
  discontinuityPacket,
  hasAdaptationAt,
  hasPayloadAt,
  hasPcrAt,
  NULL_PID,
  nullPacket,
  PACKET_SIZE,
  payloadStartAt,
  payloadUnitStartAt,
  pidAt,
  randomAccessAt,
  scrambledAt,
  setCounterAt,
  setPidAt,
  transportErrorAt,
} from './packet.js';
import { readPcrAt } from './timestamps.js';

const AT = 7;

/** The packet stands in the middle of a buffer, so that nothing may assume offset 0. */
function placed(packet: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(AT, 0x47), packet, Buffer.alloc(5, 0xff)]);
}

describe('fields of a packet', () => {
  it('reads a plain packet', () => {
    const bytes = placed(
      tsPacket({ pid: 0x1abc, counter: 11, payload: Buffer.alloc(184), payloadUnitStart: true }),
    );
    expect(pidAt(bytes, AT)).toBe(0x1abc);
    expect(counterAt(bytes, AT)).toBe(11);
    expect(payloadUnitStartAt(bytes, AT)).toBe(true);
    expect(hasPayloadAt(bytes, AT)).toBe(true);
    expect(hasAdaptationAt(bytes, AT)).toBe(false);
    expect(payloadStartAt(bytes, AT)).toBe(AT + 4);
    expect([scrambledAt(bytes, AT), transportErrorAt(bytes, AT), hasPcrAt(bytes, AT)]).toEqual([
      false,
      false,
      false,
    ]);
    expect([discontinuityAt(bytes, AT), randomAccessAt(bytes, AT)]).toEqual([false, false]);
  });

  it('reads the adaptation field', () => {
    const payload = Buffer.alloc(100);
    const fields = { pid: 1, counter: 0, payload, pcr: 123_456_789, randomAccess: true, discontinuity: true };
    const bytes = placed(tsPacket(fields));
    expect(payloadStartAt(bytes, AT)).toBe(AT + PACKET_SIZE - 100);
    expect([randomAccessAt(bytes, AT), discontinuityAt(bytes, AT), hasPcrAt(bytes, AT)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(readPcrAt(bytes, AT)).toBe(123_456_789);
    expect(payloadUnitStartAt(bytes, AT)).toBe(false);
  });

  it('tells scrambled and broken packets', () => {
    const bytes = placed(
      tsPacket({ pid: 1, counter: 0, payload: Buffer.alloc(184), scrambling: 3, transportError: true }),
    );
    expect(scrambledAt(bytes, AT)).toBe(true);
    expect(transportErrorAt(bytes, AT)).toBe(true);
  });

  it('has no flags in an adaptation field of length 0', () => {
    const bytes = placed(tsPacket({ pid: 1, counter: 0, payload: Buffer.alloc(183, 0xff) }));
    expect(hasAdaptationAt(bytes, AT)).toBe(true);
    expect([randomAccessAt(bytes, AT), discontinuityAt(bytes, AT), hasPcrAt(bytes, AT)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(payloadStartAt(bytes, AT)).toBe(AT + 5);
  });

  it('believes no PCR in a field too short for one', () => {
    const packet = tsPacket({ pid: 1, counter: 0, payload: Buffer.alloc(182, 0xff), randomAccess: true });
    packet[5] = 0x10;
    expect(hasPcrAt(packet, 0)).toBe(false);
  });

  it('keeps the payload within the packet whatever the field claims', () => {
    const packet = tsPacket({ pid: 1, counter: 0, payload: Buffer.alloc(100) });
    packet[4] = 255;
    expect(payloadStartAt(placed(packet), AT)).toBe(AT + PACKET_SIZE);
  });

  it('has no payload where there is only an adaptation field', () => {
    const bytes = placed(tsPacket({ pid: 1, counter: 3, randomAccess: true }));
    expect(hasPayloadAt(bytes, AT)).toBe(false);
    expect(payloadStartAt(bytes, AT)).toBe(AT + PACKET_SIZE);
  });

  it('sets the counter and nothing else', () => {
    const bytes = placed(tsPacket({ pid: 5, counter: 3, payload: Buffer.alloc(9), scrambling: 2 }));
    setCounterAt(bytes, AT, 16 + 9);
    expect(bytes).toEqual(placed(tsPacket({ pid: 5, counter: 9, payload: Buffer.alloc(9), scrambling: 2 })));
  });

  it('sets the pid and nothing else', () => {
    const fields = { counter: 3, payload: Buffer.alloc(9), payloadUnitStart: true };
    const bytes = placed(tsPacket({ pid: 0x1ffe, ...fields }));
    setPidAt(bytes, AT, 0x0123);
    expect(bytes).toEqual(placed(tsPacket({ pid: 0x0123, ...fields })));
  });

  it('makes a packet that announces a discontinuity', () => {
    expect(discontinuityPacket(0x123, 17)).toEqual(tsPacket({ pid: 0x123, counter: 1, discontinuity: true }));
  });

  it('makes null packets', () => {
    expect(nullPacket()).toEqual(builtNull());
    expect(pidAt(nullPacket(), 0)).toBe(NULL_PID);
  });
});
