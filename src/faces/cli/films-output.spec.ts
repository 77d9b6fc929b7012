import { describe, expect, it } from '@jest/globals';
import { Film } from '../../vod/film.entity.js';
import { printFilms } from './films-output.js';

describe('a list of films', () => {
  function printed(title: string): string[] {
    const film = Object.assign(new Film(), {
      ...{ id: 7, state: 'film', isHidden: false, retiredAt: null, year: 1979, title },
      ...{ tmdbStatus: 'match', tmdbScore: 0.98, tmdbId: 1398, tmdbDetails: null },
    });
    let out = '';
    const terminal = {
      out: (text: string) => void (out += text),
      err: () => {},
      isInteractive: false,
      setExitCode: () => {},
    };
    printFilms(terminal, [film], 1);
    return out.split('\n');
  }

  it('shows a title as it is', () => {
    expect(printed('Stalker')[1]).toBe('7   film   match  0.98   1979  Stalker  1398 ');
    expect(printed('x'.repeat(60))[1]).toContain(`  ${'x'.repeat(60)}  `);
  });

  it('cuts one that would push the last column off the screen, between letters', () => {
    expect(printed('x'.repeat(500))[1]).toContain(`  ${'x'.repeat(59)}…  1398`);
    expect(printed('🎬'.repeat(61))[1]).toContain(`  ${'🎬'.repeat(29)}…  `);
  });
});
