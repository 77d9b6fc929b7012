/** What a row says about whose connection it would use. */
export interface ListedPlace {
  kind: string;
  listSourceId: number | null;
}

/**
 * The account at a provider that a source uses; undefined where connections are not counted. A list is one account:
 * several logins of one provider are several lists, and a channel that stands in all of them goes on to the next login
 * when one is in full use. What comes through an engine is no connection of theirs.
 */
export function providerAccountOf(
  { kind, listSourceId }: ListedPlace,
  limits: ReadonlyMap<number, number>,
): { key: string; maxConnections: number } | undefined {
  const maxConnections = listSourceId === null || kind === 'acestream' ? undefined : limits.get(listSourceId);
  return maxConnections === undefined ? undefined : { key: `list ${listSourceId}`, maxConnections };
}
