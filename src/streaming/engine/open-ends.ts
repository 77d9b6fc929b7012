interface OpenEnd {
  contents: readonly string[];
  settle: () => Promise<boolean>;
}

/**
 * What an engine may still hold of a content although nobody here uses it: a start whose answer is late, a stop that it
 * did not take. Starting the content again would end that session, or be ended by it, so these come first.
 */
export class OpenEnds {
  private readonly ends = new Set<OpenEnd>();

  /** Keeps it while `work` goes on. `settle` tries to bring it to an end and tells whether that was done. */
  keep(contents: readonly string[], settle: () => Promise<boolean>, work: Promise<unknown>): void {
    const end = { contents, settle };
    this.ends.add(end);
    const forget = (): void => void this.ends.delete(end);
    work.then(forget, forget);
  }

  /** Brings to an end what is open of these contents; false when something stays open. */
  async settle(contents: readonly string[]): Promise<boolean> {
    for (;;) {
      const end = [...this.ends].find((open) => open.contents.some((hex) => contents.includes(hex)));
      if (!end) return true;
      if (!(await end.settle())) return false;
      this.ends.delete(end);
    }
  }
}
