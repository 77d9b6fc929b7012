import type { LiveChannel } from '../core/xtream/present-live.js';
import type { CatalogCategory, CatalogSource } from './catalog-source.js';
import { pictureAddress } from './films/film-pictures.js';
import type { FilmPictures } from './films/film-source.js';
import { nextTurn } from '../platform/turns.js';

export interface KeptLogosOptions {
  channels: Pick<CatalogSource, 'listVisible' | 'listCategories'>;
  pictures: FilmPictures;
  events: { on(name: 'images.changed', handler: () => void): () => void };
  /** Address under which players reach this server, without a slash at its end. */
  base: string;
}

/** Televisions show logos small, but not that small. */
const LOGO_WIDTH = 342;
/** Some milliseconds. */
const CHANNELS_A_TURN = 500;

/**
 * Channels whose logos come from this server, as far as it keeps them. A logo that it does not keep yet, or cannot
 * fetch, stays at its own address: nobody waits for one.
 */
export class KeptLogos implements CatalogSource {
  /** Addresses that were told as they are. */
  private readonly missing = new Set<string>();

  constructor(private readonly options: KeptLogosOptions) {}

  listCategories(kind: 'live' | 'vod' | 'series'): Promise<readonly CatalogCategory[]> {
    return this.options.channels.listCategories(kind);
  }

  async listVisible(): Promise<readonly LiveChannel[]> {
    this.missing.clear();
    const shown: LiveChannel[] = [];
    for (const channel of await this.options.channels.listVisible()) {
      shown.push({ ...channel, logo: this.logoOf(channel) });
      if (shown.length % CHANNELS_A_TURN === 0) await nextTurn();
    }
    return shown;
  }

  /** Calls when a logo that was missing is there. */
  onLogos(handler: () => void): () => void {
    return this.options.events.on('images.changed', () => {
      for (const url of this.missing) {
        if (this.options.pictures.hashOf(url) !== null) return handler();
      }
    });
  }

  private logoOf({ logo }: LiveChannel): string {
    const { pictures, base } = this.options;
    const address = pictureAddress(pictures, logo, base, LOGO_WIDTH);
    if (address.startsWith(`${base}/`)) return address;
    if (logo !== '') this.missing.add(logo);
    return logo;
  }
}
