import type { Codec } from './codecs.js';
import { ContinuityChecker } from './continuity.js';
import { canReadPictures, PictureProbe } from './keyframe.js';
import {
  byteAt,
  counterAt,
  discontinuityAt,
  hasPcrAt,
  NULL_PID,
  PACKET_SIZE,
  PAT_PID,
  payloadStartAt,
  PID_COUNT,
  randomAccessAt,
  scrambledAt,
} from './packet.js';
import type { PictureVerdict } from './picture-syntax.js';
import { buildTables, ProgramTables } from './program-tables.js';
import type { Program, Tables } from './program-tables.js';
import type { ElementaryStream, Pmt } from './psi.js';
import {
  clockDifference,
  dtsOffset,
  isPesWithHeader,
  PcrRate,
  PTS_RATE,
  PTS_WRAP,
  ptsOffset,
  readPcrAt,
  readTimestampAt,
} from './timestamps.js';

/** The counter of the last packet of a pid before some position. */
export interface PidCounter {
  pid: number;
  counter: number;
}

/** Where a decoder may start. Positions count the bytes pushed since the analyser was made. */
export interface JoinPoint {
  /** The tables directly before the picture, where there are any; else the first packet of the picture. */
  position: number;
  /** PAT and PMT to put in front; their counters lead up to what stands at `position`. */
  tables: Tables;
  /** Of the pids seen before `position`, the tables' included. */
  counters: readonly PidCounter[];
  /** A picture; else the start of any audio frame of a programme without video. */
  video: boolean;
  program: Program;
  /** Of the picture. */
  pid: number;
  /** DTS of the picture (PTS where it has no other), 90 kHz. */
  time: number | undefined;
}

export interface StreamAnalyserOptions {
  /** Follow this programme; else the first whose PMT comes. */
  programNumber?: number;
  /** How far to look into a picture for what tells a keyframe. */
  maxProbeBytes?: number;
}

/** The stream whose packets say where a decoder may start: the first video, without one the first audio. */
interface Lead {
  program: Program;
  stream: ElementaryStream;
  video: boolean;
}

const ROLE_FOREIGN = 0;
const ROLE_TABLE = 1;
/** Video and audio, whose clocks are followed. */
const ROLE_TIMED = 2;
const ROLE_OTHER = 3;

/** Pids of other programmes and services that a join point remembers besides the programme's own. */
const MAX_FOREIGN_PIDS = 48;

/** One pass over aligned packets: tables, codec, join points, clocks, errors. Nothing is copied on the way. */
export class StreamAnalyser {
  /** Bytes pushed so far. */
  position = 0;
  /** Join points decided by the last push, in order. One may lie before that push, where `openFrom` said so. */
  readonly joins: JoinPoint[] = [];
  /** Of the last push: positions of packets of the programme that announce a discontinuity, and of changed tables. */
  readonly breaks: number[] = [];
  /** PCRs of the last push, 27 MHz, and where their packets stand. */
  readonly pcrs: number[] = [];
  readonly pcrPositions: number[] = [];
  /** First and last PTS of the last push: of the video, else of the audio; 90 kHz. */
  firstPts: number | undefined;
  lastPts: number | undefined;
  /** Newest PCR, 27 MHz. */
  lastPcr: number | undefined;
  /** Newest DTS (else PTS) of each video and audio pid, 90 kHz. */
  readonly lastTimes = new Map<number, number>();
  /** Between the newest two pictures, 90 kHz. */
  frameTicks = 3600;
  readonly continuity = new ContinuityChecker();
  packets = 0;
  nullPackets = 0;
  scrambledPackets = 0;
  /** Packets that a receiver marked as damaged; not looked at. */
  transportErrors = 0;
  /** Join points so far: keyframes, or audio frames where there is no video. */
  joinPoints = 0;
  private readonly tables: ProgramTables;
  private readonly probe: PictureProbe;
  private readonly rate = new PcrRate();
  private readonly roles = new Uint8Array(PID_COUNT);
  private pcrPid = NULL_PID;
  private lead: Lead | undefined;
  private leadPid = NULL_PID;
  /** Set while the first bytes of a picture have not told yet what it is. */
  private open: JoinPoint | undefined;
  /** Where our tables started that no other payload has followed yet; −1 = none. */
  private groupAt = -1;
  private groupPat = 0;
  private groupPmt = 0;

  constructor(options: StreamAnalyserOptions = {}) {
    const { programNumber, maxProbeBytes } = options;
    this.tables = new ProgramTables(programNumber);
    this.probe = new PictureProbe(maxProbeBytes === undefined ? {} : { maxBytes: maxProbeBytes });
    this.roles[PAT_PID] = ROLE_TABLE;
  }

  get program(): Program | undefined {
    return this.tables.program;
  }

  /** Of the video, else of the audio; undefined before the PMT has come. */
  get codec(): Codec | undefined {
    return this.lead?.stream.codec;
  }

  get hasVideo(): boolean {
    return this.lead?.video ?? false;
  }

  /** Newest DTS (else PTS) of the video, else of the audio; 90 kHz. */
  get leadTime(): number | undefined {
    return this.lastTimes.get(this.leadPid);
  }

  /** From here on the packets may yet turn out to belong to a join point; −1 = nothing is open. */
  get openFrom(): number {
    return this.open ? this.open.position : this.groupAt;
  }

  /** bit/s by the stream's own clock; undefined before a second of it has passed. */
  get bitsPerSecond(): number | undefined {
    return this.rate.bitsPerSecond;
  }

  /** Share of the packets (null packets aside) whose payload is scrambled, 0..1. */
  get scrambledShare(): number {
    return this.scrambledPackets / Math.max(1, this.packets - this.nullPackets);
  }

  /**
   * What `openFrom` holds back has to go out: tables in front of the next picture do not belong to its join point any
   * more, and a picture that has not told yet what it is will be none.
   */
  letGo(): void {
    this.open = undefined;
    this.groupAt = -1;
  }

  /** `packets`: whole, aligned 188-byte packets. */
  push(packets: Buffer): void {
    this.joins.length = 0;
    this.breaks.length = 0;
    this.pcrs.length = 0;
    this.pcrPositions.length = 0;
    this.firstPts = undefined;
    this.lastPts = undefined;
    for (let at = 0; at < packets.length; at += PACKET_SIZE) {
      if (!this.isMiddle(packets, at)) this.packet(packets, at);
    }
    this.packets += packets.length / PACKET_SIZE;
    this.position += packets.length;
  }

  /** Most packets go on with a picture or a frame of which everything is known: clear payload, the next in line. */
  private isMiddle(bytes: Buffer, at: number): boolean {
    const second = byteAt(bytes, at + 1);
    const control = byteAt(bytes, at + 3);
    if ((second & 0xc0) !== 0 || (control & 0xf0) !== 0x10 || this.open) return false;
    const pid = ((second & 0x1f) << 8) | byteAt(bytes, at + 2);
    if (this.roles[pid] !== ROLE_TIMED || !this.continuity.isNext(pid, control & 0x0f)) return false;
    this.groupAt = -1;
    return true;
  }

  private packet(bytes: Buffer, at: number): void {
    const second = byteAt(bytes, at + 1);
    const pid = ((second & 0x1f) << 8) | byteAt(bytes, at + 2);
    if (pid === NULL_PID) {
      this.nullPackets++;
      return;
    }
    if ((second & 0x80) !== 0) {
      this.transportErrors++;
      return;
    }
    const control = byteAt(bytes, at + 3);
    if ((control & 0xc0) !== 0) this.scrambledPackets++;
    const verdict = this.continuity.check(bytes, at, pid);
    if (verdict === 'repeated') return;
    const role = this.roles[pid];
    if (role !== ROLE_FOREIGN && (control & 0x20) !== 0) this.adaptation(bytes, at, pid);
    if ((control & 0x10) === 0) return;
    if (role === ROLE_TABLE) {
      this.table(bytes, at, pid);
      return;
    }
    const unitStart = (second & 0x40) !== 0;
    if (pid === this.leadPid && this.lead) {
      if (unitStart || this.open) this.picture(bytes, at, this.lead, unitStart);
    } else if (role === ROLE_TIMED && unitStart) {
      this.time(bytes, payloadStartAt(bytes, at), at + PACKET_SIZE, pid);
    }
    this.groupAt = -1;
  }

  private adaptation(bytes: Buffer, at: number, pid: number): void {
    if (discontinuityAt(bytes, at)) this.breaks.push(this.position + at);
    if (pid !== this.pcrPid || !hasPcrAt(bytes, at)) return;
    const pcr = readPcrAt(bytes, at);
    this.lastPcr = pcr;
    this.pcrs.push(pcr);
    this.pcrPositions.push(this.position + at);
    this.rate.push(pcr, this.position + at);
  }

  private table(bytes: Buffer, at: number, pid: number): void {
    const before = this.pmt();
    if (this.tables.push(bytes, at, pid)) {
      if (before && this.pmt() !== before) this.breaks.push(this.position + at);
      this.assignRoles();
    }
    if (pid !== PAT_PID && pid !== this.program?.pmtPid) {
      this.groupAt = -1;
      return;
    }
    if (this.groupAt < 0) {
      this.groupAt = this.position + at;
      this.groupPat = 0;
      this.groupPmt = 0;
    }
    if (pid === PAT_PID) this.groupPat++;
    else this.groupPmt++;
  }

  private pmt(): Pmt | undefined {
    return this.tables.program?.pmt;
  }

  private assignRoles(): void {
    const program = this.tables.program;
    this.open = undefined;
    this.lead = leadOf(program);
    this.leadPid = this.lead?.stream.pid ?? NULL_PID;
    this.pcrPid = program?.pmt.pcrPid ?? NULL_PID;
    this.roles.fill(ROLE_FOREIGN);
    this.roles[this.pcrPid] = ROLE_OTHER;
    for (const { pid, kind } of program?.pmt.streams ?? []) {
      this.roles[pid] = kind === 'video' || kind === 'audio' ? ROLE_TIMED : ROLE_OTHER;
    }
    for (const pid of this.tables.tablePids) this.roles[pid] = ROLE_TABLE;
  }

  /** A packet with payload of the lead stream. */
  private picture(bytes: Buffer, at: number, lead: Lead, unitStart: boolean): void {
    const start = payloadStartAt(bytes, at);
    const end = at + PACKET_SIZE;
    if (this.open) {
      this.settle(this.open, unitStart ? this.probe.finish() : this.probe.continue(bytes, start, end));
    }
    if (!unitStart) return;
    const before = this.lastTimes.get(lead.stream.pid);
    const time = this.time(bytes, start, end, lead.stream.pid);
    this.notePts(bytes, start, end);
    this.noteStep(before, time);
    const verdict = this.judge(bytes, at, start, lead);
    if (verdict !== 'other') this.settle(this.joinPoint(bytes, at, lead, time), verdict);
  }

  /** DTS or PTS of the PES packet that starts here. */
  private time(bytes: Buffer, start: number, end: number, pid: number): number | undefined {
    const dtsAt = dtsOffset(bytes, start, end);
    const at = dtsAt >= 0 ? dtsAt : ptsOffset(bytes, start, end);
    if (at < 0) return undefined;
    const time = readTimestampAt(bytes, at);
    this.lastTimes.set(pid, time);
    return time;
  }

  private notePts(bytes: Buffer, start: number, end: number): void {
    const at = ptsOffset(bytes, start, end);
    if (at < 0) return;
    this.lastPts = readTimestampAt(bytes, at);
    this.firstPts ??= this.lastPts;
  }

  private noteStep(before: number | undefined, time: number | undefined): void {
    if (before === undefined || time === undefined) return;
    const step = clockDifference(time, before, PTS_WRAP);
    if (step > 0 && step <= PTS_RATE) this.frameTicks = step;
  }

  private settle(join: JoinPoint, verdict: PictureVerdict): void {
    this.open = verdict === 'undecided' ? join : undefined;
    if (verdict !== 'keyframe') return;
    this.joins.push(join);
    this.joinPoints++;
  }

  /** The random access flag counts only where nothing better can be read: engines set it on every frame. */
  private judge(bytes: Buffer, at: number, start: number, { video, stream }: Lead): PictureVerdict {
    const hidden = scrambledAt(bytes, at);
    const end = at + PACKET_SIZE;
    if (!video) return hidden || isPesWithHeader(bytes, start, end) ? 'keyframe' : 'other';
    if (!hidden && canReadPictures(stream.codec)) return this.probe.start(stream.codec, bytes, start, end);
    return randomAccessAt(bytes, at) ? 'keyframe' : 'other';
  }

  private joinPoint(
    bytes: Buffer,
    at: number,
    { program, stream, video }: Lead,
    time: number | undefined,
  ): JoinPoint {
    const grouped = this.groupAt >= 0;
    const { pmtPid } = program;
    const pat = (this.continuity.lastOf(PAT_PID) - (grouped ? this.groupPat : 0)) & 0x0f;
    const pmt = (this.continuity.lastOf(pmtPid) - (grouped ? this.groupPmt : 0)) & 0x0f;
    const before = new Map([
      [PAT_PID, pat],
      [pmtPid, pmt],
      [stream.pid, (counterAt(bytes, at) - 1) & 0x0f],
    ]);
    const position = grouped ? this.groupAt : this.position + at;
    return {
      position,
      tables: buildTables(program, pat, pmt),
      counters: this.countersWith(before),
      video,
      program,
      pid: stream.pid,
      time,
    };
  }

  private countersWith(before: ReadonlyMap<number, number>): PidCounter[] {
    const counters: PidCounter[] = [];
    let foreign = 0;
    for (const pid of this.continuity.seenPids) {
      if (this.roles[pid] === ROLE_FOREIGN && foreign++ >= MAX_FOREIGN_PIDS) continue;
      counters.push({ pid, counter: before.get(pid) ?? this.continuity.lastOf(pid) });
    }
    return counters;
  }
}

function leadOf(program: Program | undefined): Lead | undefined {
  if (!program) return undefined;
  const streams = program.pmt.streams.filter(({ pid }) => pid !== NULL_PID);
  const video = streams.find(({ kind }) => kind === 'video');
  const stream = video ?? streams.find(({ kind }) => kind === 'audio');
  return stream && { program, stream, video: video !== undefined };
}
