import { createWriteStream, statSync } from 'node:fs';
import { once } from 'node:events';
import { xmltvStamp } from '../builders/small-guide.js';

const WORDS = [
  'Новости дня',
  'Der große Abend',
  'Le journal',
  'Telediario',
  'Evening news',
  'Ultima ora',
  'Погода',
  'Quiz',
  'Fußball: Live',
  'Кино & театр',
  'La vie',
  'Documentary',
  'Serie',
  'Детектив',
  'Musica',
  'Wetter',
  'Reportage',
];
const LANGUAGES = ['ru', 'de', 'fr', 'es', 'en', 'it'];

/**
 * Writes an XMLTV guide as large as asked: hour after hour through all channels, about 300 bytes a programme. Returns
 * its size.
 */
export async function writeLargeGuide(
  file: string,
  { channels, programmes, from }: { channels: number; programmes: number; from: number },
): Promise<number> {
  const out = createWriteStream(file, { highWaterMark: 1024 * 1024 });
  const put = async (text: string): Promise<void> => {
    if (!out.write(text)) await once(out, 'drain');
  };
  await put('<?xml version="1.0" encoding="UTF-8"?>\n<tv generator-info-name="bench">\n');
  for (let n = 0; n < channels; n++) {
    await put(
      `  <channel id="ch${n}.bench">\n    <display-name lang="${LANGUAGES[n % 6]}">Channel ${n}</display-name>\n    <icon src="http://icons.invalid/${n}.png"/>\n  </channel>\n`,
    );
  }
  const each = Math.ceil(programmes / channels);
  for (let at = 0; at < each; at++) {
    const start = from + at * 1200;
    const times = `start="${xmltvStamp(start)}" stop="${xmltvStamp(start + 1200)}"`;
    const rows: string[] = [];
    for (let n = 0; n < channels; n++) rows.push(programme(n, at, times));
    await put(rows.join(''));
  }
  await put('</tv>\n');
  out.end();
  await once(out, 'close');
  return statSync(file).size;
}

function programme(n: number, at: number, times: string): string {
  const lang = LANGUAGES[n % 6] ?? 'en';
  const word = (shift: number): string =>
    (WORDS[(n * 7 + at * 3 + shift) % WORDS.length] ?? '').replace('&', '&amp;');
  return `  <programme ${times} channel="ch${n}.bench">
    <title lang="${lang}">${word(0)} ${at}</title>
    <desc lang="${lang}">${word(1)}, ${word(2)}: ${word(3)} ${n}/${at}. ${word(4)}</desc>
    <category lang="${lang}">${word(5)}</category>
    <episode-num system="onscreen">S${1 + (at % 9)}E${1 + (n % 24)}</episode-num>
  </programme>
`;
}
