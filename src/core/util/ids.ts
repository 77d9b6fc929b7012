/**
 * One id space for everything a player can open: `/u/p/<id>` gives no hint of the kind, and players key their
 * caches by the bare number. All ids fit a signed 32-bit integer (Jellyfin, M3UAndroid).
 */
export const ID_RANGES = {
  live: { first: 1, last: 499_999_999 },
  film: { first: 500_000_000, last: 999_999_999 },
  series: { first: 1_000_000_000, last: 1_499_999_999 },
  episode: { first: 1_500_000_000, last: 2_147_483_647 },
} as const;

export type PlayableKind = keyof typeof ID_RANGES;

export function kindOfId(id: number): PlayableKind | undefined {
  for (const kind of Object.keys(ID_RANGES) as PlayableKind[]) {
    if (id >= ID_RANGES[kind].first && id <= ID_RANGES[kind].last) return kind;
  }
  return undefined;
}
