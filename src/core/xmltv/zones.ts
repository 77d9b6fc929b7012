const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** Names of offsets as broadcasters write them; minutes east of UTC. Ambiguous ones as the XMLTV tools read them. */
const NAMED: Readonly<Record<string, number>> = {
  UTC: 0,
  UT: 0,
  GMT: 0,
  Z: 0,
  WET: 0,
  WEST: 60,
  BST: 60,
  IST: 60,
  CET: 60,
  MET: 60,
  MEZ: 60,
  CEST: 120,
  MEST: 120,
  MESZ: 120,
  EET: 120,
  SAST: 120,
  EEST: 180,
  MSK: 180,
  MSD: 240,
  JST: 540,
  KST: 540,
  AEST: 600,
  AEDT: 660,
  ACST: 570,
  ACDT: 630,
  AWST: 480,
  NZST: 720,
  NZDT: 780,
  NST: -150,
  AST: -240,
  ADT: -180,
  BRT: -180,
  ART: -180,
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
};

/** `+0300`, `+03:00`, `+3`, `UTC+3`, `GMT-0430`, `Z`, `CET` → seconds east of UTC; null when it says nothing known. */
export function offsetOf(zone: string): number | null {
  const signed = /^(?:UTC|GMT)?\s*([+\-\u2212])(\d{1,2}):?(\d{2})?(?::?\d{2})?$/i.exec(zone);
  if (signed) {
    const seconds = Number(signed[2]) * HOUR + Number(signed[3] ?? 0) * MINUTE;
    // The widest offsets in use are -12 and +14 hours.
    if (seconds > 15 * HOUR) return null;
    return signed[1] === '+' ? seconds : -seconds;
  }
  const minutes = NAMED[zone.toUpperCase()];
  return minutes === undefined ? null : minutes * MINUTE;
}

/**
 * Wall clock of one IANA zone → epoch seconds, daylight saving included. The hour that a spring skips is read with the
 * offset before it; of the hour that an autumn repeats the first is meant. Throws RangeError for an unknown zone.
 */
export class WallClock {
  private readonly format: Intl.DateTimeFormat;
  private readonly isUtc: boolean;
  /** Offset of whole UTC hours, the newest day's worth of them. */
  private readonly offsets = new Map<number, number>();

  constructor(readonly zone: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    this.isUtc = ['UTC', 'Etc/UTC', 'GMT'].includes(this.format.resolvedOptions().timeZone);
  }

  /** `wall` is the clock's reading, counted as if it were UTC. */
  toEpoch(wall: number): number {
    if (this.isUtc) return wall;
    // The later offset of two that are possible gives the earlier moment, so it is tried first.
    const before = this.offsetAt(wall - DAY);
    const after = this.offsetAt(wall + DAY);
    for (const offset of before > after ? [before, after] : [after, before]) {
      if (this.offsetAt(wall - offset) === offset) return wall - offset;
    }
    return wall - before;
  }

  /** The second moment at which the clock reads so, where an autumn repeats an hour; else null. */
  repetition(wall: number): number | null {
    if (this.isUtc) return null;
    const first = this.toEpoch(wall);
    const second = wall - this.offsetAt(wall + DAY);
    return second > first && this.toWall(second) === wall ? second : null;
  }

  /** What the clock of the zone reads at a moment, counted as if it were UTC. */
  toWall(epoch: number): number {
    return this.isUtc ? epoch : epoch + this.offsetAt(epoch);
  }

  private offsetAt(epoch: number): number {
    // Zones change at quarters of an hour.
    const quarter = Math.floor(epoch / 900);
    const known = this.offsets.get(quarter);
    if (known !== undefined) return known;
    if (this.offsets.size > 50_000) this.offsets.clear();
    const offset = this.wallAt(quarter * 900) - quarter * 900;
    this.offsets.set(quarter, offset);
    return offset;
  }

  private wallAt(epoch: number): number {
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
    for (const { type, value } of this.format.formatToParts(epoch * 1000)) part[type] = value;
    const { year, month, day, hour, minute, second } = part;
    return (
      Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) /
      1000
    );
  }
}
