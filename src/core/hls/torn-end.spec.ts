import { describe, expect, it } from '@jest/globals';
import { pesHeader, tsPacket } from '../../../test/builders/ts-packets.js';
import { withoutTornEnd } from './torn-end.js';

const VIDEO = 0x100;
const SOUND = 0x101;

function start(pid: number): Buffer {
  return tsPacket({ pid, counter: 0, payloadUnitStart: true, payload: pesHeader(0xe0, { pts: 0 }) });
}

function more(pid: number): Buffer {
  return tsPacket({ pid, counter: 1, payload: Buffer.alloc(184, pid) });
}

function table(): Buffer {
  return tsPacket({ pid: 0, counter: 0, payloadUnitStart: true, payload: Buffer.from([0, 0, 0xb0, 0x0d]) });
}

const EMPTY = tsPacket({ pid: VIDEO, counter: 2, payloadUnitStart: true, payload: Buffer.alloc(0) });

describe('what is left of a stream that was broken off', () => {
  it('ends with the pictures and sounds that are whole for certain', () => {
    const whole = [start(VIDEO), more(VIDEO), start(SOUND), table()];
    const torn = [start(VIDEO), more(VIDEO), start(SOUND)];
    const parts = [
      Buffer.concat(whole),
      Buffer.concat([...torn, table()]),
      Buffer.concat([more(VIDEO), EMPTY]),
    ];
    const left = withoutTornEnd(parts);
    expect(left[0]).toBe(parts[0]);
    expect(Buffer.concat(left)).toEqual(Buffer.concat([...whole, table()]));
  });

  it('keeps sound that came in one piece, also behind the picture that is left out', () => {
    const parts = [Buffer.concat([start(VIDEO), start(VIDEO), start(SOUND), more(SOUND)])];
    expect(Buffer.concat(withoutTornEnd(parts))).toEqual(
      Buffer.concat([start(VIDEO), start(SOUND), more(SOUND)]),
    );
  });

  it('is all of it where nothing starts twice', () => {
    const parts = [table(), more(VIDEO), start(VIDEO)];
    expect(withoutTornEnd(parts)).toEqual(parts);
  });
});
