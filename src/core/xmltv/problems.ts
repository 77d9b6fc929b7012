import type { GuideProblem, GuideProblemReason } from './types.js';

const SAMPLE_LENGTH = 120;

/** Counts every problem of a guide and keeps the first ones with their place. */
export class GuideProblems {
  readonly by: Partial<Record<GuideProblemReason, number>> = {};
  readonly first: GuideProblem[] = [];

  constructor(private readonly maxKept: number) {}

  /** `sample` is asked only for what is kept. */
  add(reason: GuideProblemReason, at: number, line: number | undefined, sample: () => string): void {
    this.by[reason] = (this.by[reason] ?? 0) + 1;
    if (this.first.length >= this.maxKept) return;
    const text = withoutSecrets(sample()).replace(/\s+/g, ' ').trim().slice(0, SAMPLE_LENGTH);
    this.first.push({ reason, at, ...(line === undefined ? {} : { line }), sample: text });
  }
}

/** Addresses carry tokens: of one only the host is told. */
function withoutSecrets(text: string): string {
  return text.replace(
    /\b([a-z][a-z\d+.-]{1,15}:\/\/)(?:[^\s/@"'<>]*@)?([^\s/?#"'<>]*)[^\s"'<>]*/gi,
    '$1$2/…',
  );
}
