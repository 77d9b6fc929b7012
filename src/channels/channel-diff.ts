/** What a refresh of a list would change, told to a person: the first of each, and how many there are. */
export interface ChannelDiff {
  added: ToldChanges<{ name: string; category: string }>;
  renamed: ToldChanges<{ id: number; before: string; after: string }>;
  /** Into another category. */
  moved: ToldChanges<{ id: number; name: string; before: string; after: string }>;
  /** Nothing feeds them any more. */
  dropped: ToldChanges<{ id: number; name: string }>;
}

export interface ToldChanges<T> {
  total: number;
  first: T[];
}

const MAX_TOLD = 200;

export function emptyDiff(): ChannelDiff {
  return {
    added: { total: 0, first: [] },
    renamed: { total: 0, first: [] },
    moved: { total: 0, first: [] },
    dropped: { total: 0, first: [] },
  };
}

export function tell<T>(changes: ToldChanges<T>, change: T): void {
  changes.total++;
  if (changes.first.length < MAX_TOLD) changes.first.push(change);
}
