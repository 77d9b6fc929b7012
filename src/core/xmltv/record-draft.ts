import type { ElementRule, Gathered, Said } from './grammar.js';
import { NEVER_INSIDE } from './grammar.js';
import { FOREIGN, type TagAttributes, UNTIDY } from './scanner.js';
import { cut, tidyAttribute, tidyLine, tidyText, tidyTitle, trimmed } from './tidy.js';
import type { GuideLimits, GuideProblemReason } from './types.js';

/** Their text is for machines and never part of the text around them. */
const FOR_MACHINES = new Set(['image', 'url', 'icon']);

/** An element that is open inside a record. */
interface Frame<T> {
  name: string;
  rule: ElementRule<T> | null;
  said: Said;
  /** Of its text: `FOREIGN`, `UNTIDY`. */
  care: number;
  isCut: boolean;
  /** The frame that gets the text found here, or -1. */
  target: number;
}

/**
 * One `<channel>` or `<programme>` while it is read; used again for the next one. An element is ended by its own tag, by
 * that of an element around it, or by one that never stands inside another.
 */
export class RecordDraft<T> implements Gathered<T> {
  wantsText = false;
  record: T;
  readonly parts = new Map<string, string>();
  private readonly frames: Frame<T>[] = [];
  private depth = 0;

  constructor(
    empty: T,
    private readonly rules: ReadonlyMap<string, ElementRule<T>>,
    private readonly limits: GuideLimits,
    private readonly report: (reason: GuideProblemReason) => void,
  ) {
    this.record = empty;
  }

  readonly hasRoom = (list: readonly unknown[] | undefined): boolean => {
    if (list === undefined || list.length < this.limits.maxValues) return true;
    this.report('too-many-values');
    return false;
  };

  begin(record: T): void {
    this.record = record;
    this.depth = 0;
    this.wantsText = false;
  }

  open(name: string, tag: TagAttributes): void {
    if (this.depth > 0 && this.frames[0]?.rule && NEVER_INSIDE.has(name)) {
      this.report('unclosed');
      this.endTo(0);
    }
    if (this.depth === this.limits.maxDepth) return this.report('too-deep');
    const around = this.frames[this.depth - 1];
    const rule = (this.depth === 0 ? this.rules : around?.rule?.parts)?.get(name) ?? null;
    if (this.depth === 0 && rule?.parts) this.parts.clear();
    const frame = (this.frames[this.depth] ??= newFrame());
    frame.name = name;
    frame.rule = rule;
    frame.care = 0;
    frame.isCut = false;
    frame.said.text = '';
    frame.said.first = this.attribute(tag, rule?.first);
    frame.said.second = this.attribute(tag, rule?.second);
    if (rule) frame.target = rule.text === 'none' ? -1 : this.depth;
    else frame.target = FOR_MACHINES.has(name) ? -1 : (around?.target ?? -1);
    this.wantsText = frame.target >= 0;
    this.depth++;
  }

  close(name: string): void {
    for (let index = this.depth - 1; index >= 0; index--) {
      if (this.frames[index]?.name !== name) continue;
      if (index < this.depth - 1) this.report('unclosed');
      return this.endTo(index);
    }
  }

  text(piece: string, care: number): void {
    const frame = this.frames[this.frames[this.depth - 1]?.target ?? -1];
    if (!frame || frame.isCut) return;
    frame.care |= care;
    frame.said.text += piece;
    // Twice the bound, because tidying makes texts shorter.
    if (frame.said.text.length <= 2 * this.limits.maxTextLength) return;
    frame.said.text = cut(frame.said.text, 2 * this.limits.maxTextLength);
    frame.isCut = true;
  }

  /** Ends what is still open. Returns whether anything was. */
  end(): boolean {
    const wasOpen = this.depth > 0;
    this.endTo(0);
    return wasOpen;
  }

  private endTo(index: number): void {
    while (this.depth > index) {
      const frame = this.frames[--this.depth];
      if (!frame?.rule) continue;
      frame.said.text = this.tidy(frame, frame.rule.text);
      frame.rule.take(this, frame.said);
    }
    this.wantsText = (this.frames[this.depth - 1]?.target ?? -1) >= 0 && this.depth > 0;
  }

  private tidy({ said, care }: Frame<T>, form: ElementRule<T>['text']): string {
    const { maxTextLength, maxValueLength } = this.limits;
    if (form === 'none' || said.text === '') return '';
    const text = (care & UNTIDY) === 0 ? trimmed(said.text) : TIDIERS[form](said.text);
    if ((care & FOREIGN) !== 0 && text.includes('\ufffd')) this.report('bad-encoding');
    const max = form === 'prose' ? maxTextLength : maxValueLength;
    if (text.length <= max) return text;
    this.report('text-too-long');
    return form === 'address' ? '' : cut(text, max);
  }

  private attribute(tag: TagAttributes, name: string | undefined): string | undefined {
    if (name === undefined) return undefined;
    const value = tag.attribute(name);
    if (value === undefined) return undefined;
    if (value.length <= this.limits.maxValueLength) return tidyAttribute(value);
    this.report('text-too-long');
    return undefined;
  }
}

const TIDIERS = {
  prose: tidyText,
  line: tidyTitle,
  address: tidyLine,
} as const;

function newFrame<T>(): Frame<T> {
  return {
    name: '',
    rule: null,
    said: { text: '', first: undefined, second: undefined },
    care: 0,
    isCut: false,
    target: -1,
  };
}
