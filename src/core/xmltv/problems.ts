import type { GuideProblem, GuideProblemReason, GuideProgramme } from './types.js';

const SAMPLE_LENGTH = 120;

/** Where in the source; line 0 = it has none. */
export interface SourcePlace {
  at: number;
  line: number;
}

/**
 * Counts every problem of a guide and keeps some with their place. While there is room the first ones are kept. Then a
 * new one takes the place of the last of the kind of which most are kept, as long as its own kind has fewer: in the end
 * each kind has its first ones, and a flood of one hides no other.
 */
export class GuideProblems<Reason extends string = GuideProblemReason> {
  readonly by: Partial<Record<Reason, number>> = {};
  /** In the order in which they were found. */
  readonly kept: GuideProblem<Reason>[] = [];
  private readonly keptBy = new Map<Reason, number>();
  /** How many are kept of the kind of which most are. */
  private most = 0;

  constructor(private readonly maxKept: number) {}

  /** `sample` is asked only for what is kept. */
  add(reason: Reason, { at, line }: SourcePlace, sample: () => string): void {
    this.count(reason, 1);
    if (!this.makeRoom(reason)) return;
    const text = withoutSecrets(sample()).replace(/\s+/g, ' ').trim().slice(0, SAMPLE_LENGTH);
    this.keep({ reason, at, ...(line === 0 ? {} : { line }), sample: text });
  }

  /** What somebody else has counted and kept. */
  include(by: Partial<Record<Reason, number>>, kept: readonly GuideProblem<Reason>[]): void {
    for (const [reason, times] of Object.entries(by)) this.count(reason as Reason, times as number);
    for (const problem of kept) if (this.makeRoom(problem.reason)) this.keep(problem);
  }

  private count(reason: Reason, times: number): void {
    this.by[reason] = (this.by[reason] ?? 0) + times;
  }

  private keep(problem: GuideProblem<Reason>): void {
    this.kept.push(problem);
    const own = (this.keptBy.get(problem.reason) ?? 0) + 1;
    this.keptBy.set(problem.reason, own);
    this.most = Math.max(this.most, own);
  }

  private makeRoom(reason: Reason): boolean {
    if (this.kept.length < this.maxKept) return true;
    if ((this.keptBy.get(reason) ?? 0) + 1 >= this.most) return false;
    const index = this.kept.findLastIndex((problem) => this.keptBy.get(problem.reason) === this.most);
    for (const dropped of this.kept.splice(index, 1)) this.keptBy.set(dropped.reason, this.most - 1);
    this.most = Math.max(...this.keptBy.values());
    return true;
  }
}

/** A programme in one line, for a person who looks for it. */
export function describeProgramme(
  said: Pick<GuideProgramme, 'channelId' | 'titles'> & { start: number | null },
): string {
  const start = said.start === null ? '' : new Date(said.start * 1000).toISOString();
  return `${said.channelId} ${start} ${said.titles[0]?.text ?? ''}`;
}

/** Addresses carry tokens: of one only the host is told. */
function withoutSecrets(text: string): string {
  return text.replace(
    /\b([a-z][a-z\d+.-]{1,15}:\/\/)(?:[^\s/@"'<>]*@)?([^\s/?#"'<>]*)[^\s"'<>]*/gi,
    '$1$2/…',
  );
}
