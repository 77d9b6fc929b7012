/** Packets one behind the other in one buffer that grows when the guess was too small. */
export class PacketSink {
  buffer: Buffer;
  private used = 0;

  constructor(expectedBytes: number) {
    this.buffer = Buffer.allocUnsafe(expectedBytes);
  }

  /** Returns where in `buffer` the packets stand now. */
  add(packets: Uint8Array): number {
    const at = this.used;
    this.used += packets.length;
    if (this.used > this.buffer.length) {
      const bigger = Buffer.allocUnsafe(this.used * 2);
      this.buffer.copy(bigger, 0, 0, at);
      this.buffer = bigger;
    }
    this.buffer.set(packets, at);
    return at;
  }

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.used);
  }
}
