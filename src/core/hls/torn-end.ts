import { byteAt, PACKET_SIZE, payloadStartAt, payloadUnitStartAt, pidAt } from '../mpegts/packet.js';

interface Pes {
  /** Where its newest PES packet starts, in packets since the start of all parts. */
  newest: number;
  count: number;
}

/**
 * The same without the pictures and sounds that were being sent when their source broke off, for nobody can know
 * whether they are whole. Chromium ends for good at a picture of which a part is missing. What has nothing else stays.
 *
 * @param parts whole packets
 */
export function withoutTornEnd(parts: readonly Buffer[]): Buffer[] {
  const newest = newestPes(parts);
  const firstTorn = Math.min(...newest.values());
  let packets = 0;
  return parts.map((part) => {
    const first = packets;
    packets += part.length / PACKET_SIZE;
    if (packets <= firstTorn) return part;
    return keep(part, (at) => first + at / PACKET_SIZE < (newest.get(pidAt(part, at)) ?? Infinity));
  });
}

function newestPes(parts: readonly Buffer[]): Map<number, number> {
  const seen = new Map<number, Pes>();
  let packet = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += PACKET_SIZE, packet++) {
      if (!pesStartsAt(part, at)) continue;
      const pid = pidAt(part, at);
      seen.set(pid, { newest: packet, count: (seen.get(pid)?.count ?? 0) + 1 });
    }
  }
  const several = [...seen].filter(([, { count }]) => count > 1);
  return new Map(several.map(([pid, { newest }]) => [pid, newest]));
}

/** Tables start in the same way, with a pointer instead of this code. */
function pesStartsAt(part: Buffer, at: number): boolean {
  if (!payloadUnitStartAt(part, at)) return false;
  const start = payloadStartAt(part, at);
  if (start + 3 > at + PACKET_SIZE) return false;
  return byteAt(part, start) === 0 && byteAt(part, start + 1) === 0 && byteAt(part, start + 2) === 1;
}

function keep(part: Buffer, isKept: (at: number) => boolean): Buffer {
  const kept: Buffer[] = [];
  for (let at = 0; at < part.length; at += PACKET_SIZE) {
    if (isKept(at)) kept.push(part.subarray(at, at + PACKET_SIZE));
  }
  return Buffer.concat(kept);
}
