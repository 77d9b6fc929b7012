import type {
  FoundEntry,
  ListCounts,
  ListFormat,
  ListLimits,
  ListProblem,
  ParsedList,
  ProblemReason,
} from './types.js';

/** Gathers what a reader finds, within the limits, and counts everything. */
export class ListCollector {
  readonly entries: FoundEntry[] = [];
  private readonly problems: ListProblem[] = [];
  private readonly guideUrls = new Set<string>();
  private readonly refusedBy: Partial<Record<ProblemReason, number>> = {};
  private refused = 0;
  private repeats = 0;

  constructor(readonly limits: ListLimits) {}

  get isFull(): boolean {
    return this.entries.length >= this.limits.maxEntries;
  }

  /** Nothing in it looked like an entry, and nothing has explained that yet. */
  get isBarren(): boolean {
    const isExplained = this.problems.some(
      ({ reason }) => reason !== 'stray-text' && reason !== 'line-too-long',
    );
    return this.entries.length === 0 && this.refused === 0 && !isExplained;
  }

  add(entry: FoundEntry): void {
    if (this.isFull) this.refuse(entry.line, 'too-many-entries', entry.name);
    else this.entries.push(entry);
  }

  /** A further mention of an address that is an entry already. */
  repeat(): void {
    this.repeats++;
  }

  /** An entry that cannot be taken. */
  refuse(line: number, reason: ProblemReason, name: string | null = null): void {
    this.refused++;
    this.refusedBy[reason] = (this.refusedBy[reason] ?? 0) + 1;
    this.note(line, reason, name);
  }

  /** Something worth telling that is not an entry. */
  note(line: number, reason: ProblemReason, name: string | null = null): void {
    if (this.problems.length < this.limits.maxProblems) this.problems.push({ line, reason, name });
  }

  addGuide(url: string): void {
    if (this.guideUrls.size < this.limits.maxGuideUrls) this.guideUrls.add(url);
  }

  finish(format: ListFormat): ParsedList {
    return {
      format,
      entries: this.entries,
      problems: this.problems,
      guideUrls: [...this.guideUrls],
      counts: this.count(),
    };
  }

  private count(): ListCounts {
    let films = 0;
    let episodes = 0;
    for (const { kind } of this.entries) {
      if (kind === 'film') films++;
      else if (kind === 'episode') episodes++;
    }
    const imported = this.entries.length;
    return {
      found: imported + this.refused,
      imported,
      refused: this.refused,
      refusedBy: this.refusedBy,
      repeats: this.repeats,
      live: imported - films - episodes,
      films,
      episodes,
    };
  }
}
