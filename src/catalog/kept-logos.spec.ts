import { describe, expect, it } from '@jest/globals';
import { aChannel } from '../../test/builders/catalog-builder.js';
import { KeptLogos } from './kept-logos.js';

const HASH = 'cd'.repeat(32);

describe('logos that this server keeps', () => {
  function house(logos: readonly string[]) {
    const kept = new Map<string, string>();
    const wanted: string[] = [];
    let announce = (): void => {};
    const channels = logos.map((logo, index) => aChannel({ id: index + 1, num: index + 1, logo }));
    const source = new KeptLogos({
      channels: {
        listVisible: () => Promise.resolve(channels),
        listCategories: () => Promise.resolve([]),
      },
      pictures: {
        hashOf: (url) => kept.get(url) ?? null,
        isRefused: () => false,
        want: (url) => void wanted.push(url),
      },
      events: {
        on: (_, handler) => {
          announce = handler;
          return () => (announce = () => {});
        },
      },
      base: 'http://tv.test:8080',
    });
    const told = async (): Promise<string[]> => (await source.listVisible()).map(({ logo }) => logo);
    return { source, kept, wanted, told, announce: () => announce() };
  }

  it('are told from here, all others from where they are, and asked for', async () => {
    const { kept, wanted, told } = house([
      'http://a.test/1.png',
      'http://a.test/2.png',
      '',
      'not an address',
    ]);
    kept.set('http://a.test/1.png', HASH);
    expect(await told()).toEqual([
      `http://tv.test:8080/static/posters/${HASH}-342.jpg`,
      ...['http://a.test/2.png', '', 'not an address'],
    ]);
    expect(wanted).toContain('http://a.test/2.png');
    expect(wanted).not.toContain('http://a.test/1.png');
  });

  it('say when one that was missing has come, and nothing of pictures that are no logos', async () => {
    const { source, kept, told, announce } = house(['http://a.test/1.png']);
    let said = 0;
    const stop = source.onLogos(() => said++);
    await told();
    kept.set('http://a.test/poster.jpg', HASH);
    announce();
    expect(said).toBe(0);
    kept.set('http://a.test/1.png', HASH);
    announce();
    expect(said).toBe(1);
    expect(await told()).toEqual([`http://tv.test:8080/static/posters/${HASH}-342.jpg`]);
    announce();
    expect(said).toBe(1);
    stop();
  });
});
