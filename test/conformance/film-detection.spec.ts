import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { detectFilm, type DetectableProgramme, type Detection } from '../../src/core/films/detect-film.js';
import type { FilmKind } from '../../src/core/films/types.js';
import { fold } from '../../src/core/films/film-words.js';
import { describeWithService } from '../fakes/services.js';

interface Labelled {
  entry: {
    lang: string;
    start: string;
    /** Minutes. */
    duration: number;
    title: string;
    sub_title?: string;
    desc?: string;
    categories?: string[];
    date?: string;
    episode_num?: { system: string; value: string }[];
    flags?: string[];
    star?: string;
  };
  gold: {
    kind: 'movie' | 'series' | 'other';
    ambiguous?: boolean;
    clean_title?: string;
    alt_titles?: string[];
    year?: number;
  };
}

interface Tally {
  right: number;
  wrong: number;
  missed: number;
  /** Films that are candidates: a film database may still say so. */
  waiting: number;
  /** What is no film, among the candidates. */
  noise: number;
  rest: number;
}

const FILE = path.resolve(process.cwd(), '../shared/data/movie_eval/dev.jsonl');

function outcomeOf(isFilm: boolean, kind: FilmKind): keyof Tally {
  if (kind === 'film') return isFilm ? 'right' : 'wrong';
  if (kind === 'candidate') return isFilm ? 'waiting' : 'noise';
  return isFilm ? 'missed' : 'rest';
}

function toProgramme({ entry }: Labelled): DetectableProgramme {
  const start = Date.UTC(
    Number(entry.start.slice(0, 4)),
    Number(entry.start.slice(4, 6)) - 1,
    Number(entry.start.slice(6, 8)),
  );
  return {
    start: start / 1000,
    stop: start / 1000 + entry.duration * 60,
    titles: [{ text: entry.title }],
    ...(entry.sub_title ? { subTitles: [{ text: entry.sub_title }] } : {}),
    ...(entry.desc ? { descriptions: [{ text: entry.desc }] } : {}),
    ...(entry.categories ? { categories: entry.categories.map((text) => ({ text })) } : {}),
    ...(entry.date ? { date: entry.date } : {}),
    ...(entry.episode_num ? { episodes: entry.episode_num } : {}),
    ...(entry.flags?.includes('live') ? { isLive: true as const } : {}),
    ...(entry.star ? { starRatings: [{ value: entry.star }] } : {}),
  };
}

describeWithService('shared-data', 'films in real guides', () => {
  let judged: { item: Labelled; found: Detection }[] = [];
  const lines: string[] = [];
  beforeAll(() => {
    const labelled = readFileSync(FILE, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Labelled);
    judged = labelled
      .filter(({ gold }) => !gold.ambiguous)
      .map((item) => ({ item, found: detectFilm(toProgramme(item)) }));
  });
  afterAll(() => {
    process.stdout.write(`\n${lines.join('\n')}\n`);
  });

  function tally(some: readonly { item: Labelled; found: Detection }[]): Tally {
    const count: Tally = { right: 0, wrong: 0, missed: 0, waiting: 0, noise: 0, rest: 0 };
    for (const { item, found } of some) {
      const isFilm = item.gold.kind === 'movie';
      count[outcomeOf(isFilm, found.kind)]++;
    }
    return count;
  }

  function rates(count: Tally): { precision: number; recall: number; reach: number } {
    const films = count.right + count.missed + count.waiting;
    return {
      precision: count.right / Math.max(1, count.right + count.wrong),
      recall: count.right / Math.max(1, films),
      reach: (count.right + count.waiting) / Math.max(1, films),
    };
  }

  it('finds most films by their marks, and hardly anything else', () => {
    const languages = [...new Set(judged.map(({ item }) => item.entry.lang))].sort();
    for (const lang of ['all', ...languages]) {
      const count = tally(judged.filter(({ item }) => lang === 'all' || item.entry.lang === lang));
      const { precision, recall, reach } = rates(count);
      lines.push(
        `${lang.padEnd(4)} precision ${precision.toFixed(3)} recall ${recall.toFixed(3)} with candidates ${reach.toFixed(3)} ${JSON.stringify(count)}`,
      );
    }
    for (const { item, found } of judged) {
      if ((found.kind === 'film') !== (item.gold.kind === 'movie') && process.env.FILM_ERRORS) {
        lines.push(
          `${item.gold.kind} → ${found.kind} ${found.reasons.join(',')} | ${JSON.stringify(item.entry).slice(0, 260)}`,
        );
      }
    }
    const { precision, recall } = rates(tally(judged));
    expect(precision).toBeGreaterThanOrEqual(0.97);
    expect(recall).toBeGreaterThanOrEqual(0.7);
  });

  it('grows surer with its score', () => {
    const films = judged.filter(({ item }) => item.gold.kind === 'movie').length;
    const scores = [...new Set(judged.map(({ found }) => found.score))].sort((a, b) => b - a);
    const curve = scores.map((score) => {
      const taken = judged.filter(({ found }) => found.score >= score);
      const right = taken.filter(({ item }) => item.gold.kind === 'movie').length;
      return { score, precision: right / taken.length, recall: right / films };
    });
    for (const { score, precision, recall } of curve) {
      lines.push(
        `score from ${score.toFixed(2)}: precision ${precision.toFixed(3)} recall ${recall.toFixed(3)}`,
      );
    }
    const least = Math.min(...judged.flatMap(({ found }) => (found.kind === 'film' ? [found.score] : [])));
    const sure = curve.filter(({ score }) => score >= least).map(({ precision }) => precision);
    expect(Math.min(...sure)).toBeGreaterThanOrEqual(0.97);
  });

  it('keeps nearly all others as candidates', () => {
    expect(rates(tally(judged)).reach).toBeGreaterThanOrEqual(0.95);
  });

  it('reads the title and the year of a film', () => {
    const films = judged.filter(({ item }) => item.gold.kind === 'movie' && item.gold.clean_title);
    const plain = (text: string): string =>
      fold(text)
        .replace(/[^\p{L}\p{N}]+/gu, ' ')
        .trim();
    const wrongTitles = films.filter(
      ({ item, found }) =>
        ![item.gold.clean_title ?? '', ...(item.gold.alt_titles ?? [])]
          .map(plain)
          .includes(plain(found.record.title)),
    );
    const dated = films.filter(({ item }) => typeof item.gold.year === 'number');
    const wrongYears = dated.filter(({ item, found }) => found.record.year !== item.gold.year);
    lines.push(
      `titles wrong: ${wrongTitles.length} of ${films.length}; years wrong: ${wrongYears.length} of ${dated.length}`,
    );
    if (process.env.FILM_ERRORS) {
      lines.push(
        ...wrongTitles.map(
          ({ item, found }) => `${item.entry.title} → ${found.record.title} (${item.gold.clean_title})`,
        ),
      );
      lines.push(
        ...wrongYears.map(
          ({ item, found }) =>
            `${item.entry.title} ${item.entry.desc?.slice(0, 60)} → ${found.record.year} (${item.gold.year})`,
        ),
      );
    }
    expect(wrongTitles.length / films.length).toBeLessThanOrEqual(0.03);
    expect(wrongYears.length / dated.length).toBeLessThanOrEqual(0.03);
  });
});
