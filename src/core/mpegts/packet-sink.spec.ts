import { describe, expect, it } from '@jest/globals';
import { PacketSink } from './packet-sink.js';

describe('PacketSink', () => {
  it('keeps what it was given, beyond what was expected too', () => {
    const sink = new PacketSink(5);
    const places = ['abc', 'de', 'fgh', '', 'ijklmnopqrstu'].map((text) => sink.add(Buffer.from(text)));
    expect(places).toEqual([0, 3, 5, 8, 8]);
    expect(sink.bytes.toString()).toBe('abcdefghijklmnopqrstu');
  });
});
