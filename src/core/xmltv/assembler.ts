import { CHANNEL_RULES, PROGRAMME_RULES } from './grammar.js';
import { describeProgramme } from './problems.js';
import { RecordDraft } from './record-draft.js';
import { RepeatedHours } from './repeated-hours.js';
import type { MarkupSink, TagAttributes } from './scanner.js';
import { tidyAttribute } from './tidy.js';
import type { GuideTimes } from './time.js';
import type { GuideChannel, GuideHandler, GuideLimits, GuideProblemReason, GuideProgramme } from './types.js';

export interface AssemblerSource {
  /** Bytes before the markup that is reported. */
  position(): number;
  /** Of that markup, from 1. */
  line(): number;
  problem(reason: GuideProblemReason, sample?: string): void;
}

/**
 * Tags and text → channels and programmes. Outside these two no nesting is known, so nothing can grow there, and a record
 * is found wherever it stands: under a second root, inside an element of somebody's own.
 */
export class GuideAssembler implements MarkupSink {
  channels = 0;
  programmes = 0;
  /** The root was opened and not closed. */
  isRootOpen = false;
  private inside: 'channel' | 'programme' | null = null;
  private startedAt = 0;
  private startedLine = 0;
  private readonly repeatedHours = new RepeatedHours();
  private readonly channel: RecordDraft<GuideChannel>;
  private readonly programme: RecordDraft<GuideProgramme>;

  constructor(
    private readonly handler: GuideHandler,
    private readonly limits: GuideLimits,
    private readonly times: GuideTimes,
    private readonly source: AssemblerSource,
  ) {
    const report = (reason: GuideProblemReason): void => source.problem(reason);
    this.channel = new RecordDraft<GuideChannel>({ id: '', names: [] }, CHANNEL_RULES, limits, report);
    this.programme = new RecordDraft<GuideProgramme>(
      { channelId: '', start: 0, stop: null, titles: [] },
      PROGRAMME_RULES,
      limits,
      report,
    );
  }

  /** A record has begun and not ended. */
  get isInRecord(): boolean {
    return this.inside !== null;
  }

  get wantsText(): boolean {
    return this.draft?.wantsText ?? false;
  }

  open(name: string, tag: TagAttributes): void {
    if (name === 'programme' || name === 'channel' || name === 'tv') {
      this.endUnclosed();
      if (name === 'tv') this.isRootOpen = true;
      else if (name === 'channel') this.beginChannel(tag);
      else this.beginProgramme(tag);
    } else this.draft?.open(name, tag);
  }

  close(name: string): void {
    if (name === this.inside) this.end();
    else if (name === 'tv') {
      this.endUnclosed();
      this.isRootOpen = false;
    } else this.draft?.close(name);
  }

  text(piece: string, care: number): void {
    this.draft?.text(piece, care);
  }

  stray(): void {
    this.source.problem('stray-character');
  }

  tooLong(): void {
    this.source.problem('tag-too-long');
  }

  private get draft(): RecordDraft<GuideChannel> | RecordDraft<GuideProgramme> | null {
    if (this.inside === 'programme') return this.programme;
    return this.inside === 'channel' ? this.channel : null;
  }

  private beginChannel(tag: TagAttributes): void {
    const id = this.id(tag, 'id');
    if (id === null) return;
    this.channel.begin({ id, names: [] });
    this.begin('channel');
  }

  private beginProgramme(tag: TagAttributes): void {
    const channelId = this.id(tag, 'channel');
    if (channelId === null) return;
    const start = this.timeOf(tag, 'start', channelId);
    if (start === undefined) return this.source.problem('no-start');
    if (start === null) return;
    const record: GuideProgramme = { channelId, start, stop: this.stop(tag, channelId, start), titles: [] };
    const catchupId = tag.attribute('catchup-id');
    if (catchupId && catchupId.length <= this.limits.maxValueLength) {
      record.catchupId = tidyAttribute(catchupId);
    }
    this.programme.begin(record);
    this.begin('programme');
  }

  private begin(kind: 'channel' | 'programme'): void {
    this.inside = kind;
    this.startedAt = this.source.position();
    this.startedLine = this.source.line();
  }

  private id(tag: TagAttributes, name: string): string | null {
    const id = tidyAttribute(tag.attribute(name) ?? '');
    if (id !== '' && id.length <= this.limits.maxValueLength) return id;
    this.source.problem(id === '' ? 'no-id' : 'text-too-long');
    return null;
  }

  /** Epoch seconds; null = what it says is no time, which is reported; undefined = it says nothing. */
  private timeOf(
    tag: TagAttributes,
    name: string,
    channelId: string,
    after?: number,
  ): number | null | undefined {
    const usual = tag.usualTime(name, this.times);
    if (usual !== undefined && usual >= this.limits.earliest && usual < this.limits.latest) return usual;
    const written = tag.attribute(name)?.trim() ?? '';
    return written === '' ? undefined : this.time(written, channelId, after);
  }

  private time(written: string, channelId: string, after?: number): number | null {
    const first = this.times.parse(written);
    const { repetition } = this.times;
    const isTwice = first !== null && repetition !== null;
    const time = isTwice ? this.repeatedHours.choose(channelId, first, repetition, after) : first;
    if (time !== null && time >= this.limits.earliest && time < this.limits.latest) return time;
    this.source.problem('bad-time', written);
    return null;
  }

  private stop(tag: TagAttributes, channelId: string, start: number): number | null {
    const stop = this.timeOf(tag, 'stop', channelId, start) ?? null;
    if (stop === null || stop > start) return stop;
    this.source.problem(stop === start ? 'zero-length' : 'backwards');
    return null;
  }

  private endUnclosed(): void {
    if (this.inside === null) return;
    this.source.problem('unclosed', this.describe());
    this.end();
  }

  private end(): void {
    const kind = this.inside;
    const isTooLarge = this.source.position() - this.startedAt > this.limits.maxRecordBytes;
    if (isTooLarge) this.source.problem('record-too-large', this.describe());
    this.inside = null;
    if (isTooLarge) return;
    if (kind === 'programme') this.endProgramme();
    else if (kind === 'channel') this.endChannel();
  }

  private endProgramme(): void {
    if (this.programme.end()) this.source.problem('unclosed');
    const { record } = this.programme;
    if (record.titles.length === 0) return this.source.problem('no-title', describeProgramme(record));
    this.programmes++;
    this.handler.programme(record, this.startedAt, this.startedLine);
  }

  private endChannel(): void {
    if (this.channel.end()) this.source.problem('unclosed');
    this.channels++;
    this.handler.channel(this.channel.record, this.startedAt, this.startedLine);
  }

  private describe(): string {
    return this.inside === 'programme' ? describeProgramme(this.programme.record) : this.channel.record.id;
  }
}
