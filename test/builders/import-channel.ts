import type { ImportChannel } from '../../src/channels/import-set.js';

/** A channel as a list names it, with one HTTP source per place. */
export function anImportChannel(
  name: string,
  places: readonly string[] = [name.toLowerCase()],
  more: Partial<ImportChannel> = {},
): ImportChannel {
  return {
    identityKey: `name:${name.toLowerCase()}`,
    otherKeys: [],
    name,
    group: 'News',
    logo: '',
    tvgId: '',
    num: null,
    isAdult: false,
    sources: places.map((place) => ({
      kind: 'http',
      locator: `http://tv.invalid/${place}`,
      fingerprint: place,
      label: name,
      userAgent: null,
      headers: {},
    })),
    ...more,
  };
}
