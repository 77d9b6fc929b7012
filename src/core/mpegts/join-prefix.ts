import { byteAt, counterAt, discontinuityPacket, PACKET_SIZE, pidAt } from './packet.js';
import type { JoinPoint } from './stream-analyser.js';

/** What goes before a join point. Made once, shared by all readers who start there. */
export class JoinPrefix {
  private forJoin: Buffer | undefined;
  private forJump: Buffer | undefined;

  constructor(private readonly join: JoinPoint) {}

  /** For a reader who has seen nothing: PAT and PMT whose counters lead up to the join point. */
  get atStart(): Buffer {
    this.forJoin ??= Buffer.concat([this.join.tables.pat, this.join.tables.pmt]);
    return this.forJoin;
  }

  /**
   * For a reader who comes from elsewhere in the stream: PAT and PMT, and for every other pid a packet without
   * payload; all with the discontinuity indicator, so that no counter and no clock is taken for an error.
   */
  get afterJump(): Buffer {
    this.forJump ??= this.buildForJump();
    return this.forJump;
  }

  private buildForJump(): Buffer {
    const { tables, counters } = this.join;
    const tablePids = [pidAt(tables.pat, 0), pidAt(tables.pmt, 0)];
    return Buffer.concat([
      flagged(tables.pat),
      flagged(tables.pmt),
      ...counters
        .filter(({ pid }) => !tablePids.includes(pid))
        .map(({ pid, counter }) => discontinuityPacket(pid, counter)),
    ]);
  }
}

/** Sets the discontinuity indicator on the first of a table's packets, or on one before it where there is no room. */
function flagged(packets: Buffer): Buffer {
  const sectionEnd = 8 + (packets.readUInt16BE(6) & 0x0fff);
  if (sectionEnd > PACKET_SIZE - 2) {
    return Buffer.concat([discontinuityPacket(pidAt(packets, 0), counterAt(packets, 0) - 1), packets]);
  }
  const copy = Buffer.from(packets);
  packets.copy(copy, 6, 4, PACKET_SIZE - 2);
  copy[3] = byteAt(packets, 3) | 0x20;
  copy[4] = 1;
  copy[5] = 0x80;
  return copy;
}
