// Films found among a million programmes, from packed pages as the database holds them.
// npm run bench -- film-detection [programmes]
import { detectFilm } from '../../src/core/films/detect-film.js';
import { packPage, SECONDS_PER_DAY, unpackPage, type ScheduledProgramme } from '../../src/core/guide/page.js';
import { findShowings, type GuidePageData } from '../../src/vod/finding/found-showings.js';

const PER_PAGE = 36;
const PAGES_AT_ONCE = 40;
/** Pages that differ; they come again until there are enough. */
const PAGES = 1_000;
const programmes = Number(process.argv[2] ?? 1_000_000);

/** What channels of six languages show: a film in ten, most of them marked. */
const KINDS: readonly { title: string; category?: string; minutes: number; episode?: string }[] = [
  { title: 'Новости', category: 'Новости', minutes: 15 },
  { title: 'Х/ф «Тихий дом» (1979) 16+', minutes: 110 },
  { title: 'Т/с "Следствие", 12-я серия', category: 'сериал', minutes: 50 },
  { title: 'The Quiet Harbour', category: 'Movie', minutes: 120 },
  { title: 'Evening Show', category: 'Talk show', minutes: 60, episode: '3.12.' },
  { title: 'Spielfilm: Das Haus am Fluss, D 1996', minutes: 95 },
  { title: 'Tagesschau', category: 'Nachrichten', minutes: 15 },
  { title: 'Cine: La última noche', category: 'Cine', minutes: 105 },
  { title: 'Telediario', category: 'Informativo', minutes: 45 },
  { title: 'Liga: Porto - Benfica', category: 'Futebol', minutes: 120 },
  { title: 'Le Grand Journal', category: 'Magazine', minutes: 30 },
  { title: 'Una storia qualunque', minutes: 100 },
  { title: 'Documentário: O mar', category: 'Documentário', minutes: 55 },
];
const TEXT = 'Un inspector vuelve al caso que lo apartó del servicio, und niemand weiß warum. Год спустя. ';

function pageAt(index: number): GuidePageData {
  const day = 20_800;
  const schedule = Array.from({ length: PER_PAGE }, (_, at): ScheduledProgramme => {
    const seed = index * 31 + at * 7;
    const { title, category, minutes, episode } = KINDS[seed % KINDS.length] ?? { title: '', minutes: 30 };
    const start = day * SECONDS_PER_DAY + at * 2_400;
    return {
      ...{ start, stop: start + minutes * 60, titles: [{ text: `${title} ${seed % 89}` }] },
      descriptions: [{ text: TEXT.slice(seed % 40).repeat(3) }],
      ...(category === undefined ? {} : { categories: [{ text: category }] }),
      ...(episode === undefined ? {} : { episodes: [{ system: 'xmltv_ns', value: episode }] }),
    };
  });
  return { guideChannelId: index, data: packPage(schedule, day).data };
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const pages = Array.from({ length: PAGES }, (_, index) => pageAt(index));
/** In `most` programmes. */
function find(most: number): { looked: number; showings: number; peakBytes: number } {
  const sum = { looked: 0, showings: 0, peakBytes: 0 };
  for (let at = 0; sum.looked < most; at = (at + PAGES_AT_ONCE) % PAGES) {
    const answer = findShowings(pages.slice(at, at + PAGES_AT_ONCE));
    sum.looked += answer.programmes;
    sum.showings += answer.showings.length;
    sum.peakBytes = Math.max(sum.peakBytes, process.memoryUsage.rss());
  }
  return sum;
}

find(PER_PAGE * PAGES);
const idle = process.memoryUsage.rss();
const before = cpuSeconds();
const startedAt = performance.now();
const { looked, showings, peakBytes } = find(programmes);
const seconds = (performance.now() - startedAt) / 1000;
const cpu = cpuSeconds() - before;
print(
  `${looked} programmes in ${seconds.toFixed(1)} s, ${cpu.toFixed(1)} CPU s: ${Math.round(looked / cpu)} programmes per CPU second`,
);
print(
  `${showings} are films or may be; RSS at most ${((peakBytes - idle) / 1e6).toFixed(0)} MB over that of the first round`,
);

// What of it is detection alone, in this thread.
const unpacked = pages.map(({ data }) => unpackPage(data));
for (const warm of unpacked.flat()) detectFilm(warm);
const alone = cpuSeconds();
for (const programme of unpacked.flat()) detectFilm(programme);
print(
  `detection alone: ${Math.round((PER_PAGE * PAGES) / (cpuSeconds() - alone))} programmes per CPU second`,
);
