import type { CatalogWay } from './catalog-film.js';

const CONTAINER = /^[a-z0-9]{1,8}$/;

/**
 * What a player puts behind the id of a film: the container of the first way to watch it, or that of television. Never
 * empty: ynotv hides films without one.
 */
export function extensionOf(ways: readonly Pick<CatalogWay, 'origin' | 'container'>[]): string {
  const first = ways[0];
  if (!first) return 'ts';
  const container = first.container.toLowerCase();
  if (CONTAINER.test(container)) return container;
  return first.origin === 'list' ? 'mp4' : 'ts';
}
