/** A guide as large as wanted, the same for the same seed, in pieces of about 256 KB. */
export interface GuideShape {
  channels: number;
  /** In all; every channel gets its part. */
  programmes: number;
  seed?: number;
  /** Epoch seconds of the first programmes. */
  start?: number;
}

export const LARGE_GUIDE: GuideShape = { channels: 2000, programmes: 1_000_000 };

const PIECE = 256 * 1024;
const LANGUAGES = ['en', 'es', 'ru', 'de', 'it', 'fr'] as const;
const WORDS: Readonly<Record<(typeof LANGUAGES)[number], string>> = {
  en: 'the house night morning story city river garden secret last first world news winter summer train',
  es: 'la casa noche mañana historia ciudad río jardín secreto última primera mundo noticias invierno señor tren',
  ru: 'дом ночь утро история город река сад тайна последний первый мир новости зима лето поезд друг',
  de: 'das Haus Nacht Morgen Geschichte Stadt Fluß Garten Geheimnis letzte erste Welt Nachrichten Winter Züge über',
  it: 'la casa notte mattina storia città fiume giardino segreto ultima prima mondo notizie inverno estate perché',
  fr: 'la maison nuit matin histoire ville rivière jardin secret dernière première monde été hiver train forêt',
};
const CATEGORIES: Readonly<Record<(typeof LANGUAGES)[number], readonly string[]>> = {
  en: ['News', 'Movie', 'Series', 'Arts &amp; Culture'],
  es: ['Noticias', 'Cine', 'Series', 'Música &amp; danza'],
  ru: ['Новости', 'Фильм', 'Сериал', 'Детям'],
  de: ['Nachrichten', 'Film', 'Serie', 'Für Kinder'],
  it: ['Notizie', 'Film', 'Serie', 'Attualità'],
  fr: ['Journal', 'Film', 'Série', 'Téléfilm'],
};

/** What a reader has to find, counted while it is written. */
export interface GuideTruth {
  bytes: number;
  channels: number;
  programmes: number;
  categories: number;
  /** UTF-16 units of all titles, as a viewer sees them. */
  titleLength: number;
}

export function emptyTruth(): GuideTruth {
  return { bytes: 0, channels: 0, programmes: 0, categories: 0, titleLength: 0 };
}

export function* buildGuide(shape: GuideShape, truth = emptyTruth()): Generator<Buffer, void, undefined> {
  const random = generator(shape.seed ?? 1);
  const phrases = new Map(LANGUAGES.map((language) => [language, makePhrases(language, random)]));
  let piece =
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tv SYSTEM "xmltv.dtd">\n<tv generator-info-name="builder">\n';
  const flush = (): Buffer => {
    const bytes = Buffer.from(piece);
    truth.bytes += bytes.length;
    piece = '';
    return bytes;
  };
  for (let channel = 0; channel < shape.channels; channel++) {
    piece +=
      `  <channel id="${idOf(channel)}">\n    <display-name lang="${languageOf(channel)}">Channel ${channel} &amp; Co</display-name>\n` +
      `    <icon src="http://logos.example/tv/${channel}.png?size=200&amp;v=1" />\n  </channel>\n`;
    truth.channels++;
    if (piece.length > PIECE) yield flush();
  }
  for (let channel = 0; channel < shape.channels; channel++) {
    const own =
      Math.floor(shape.programmes / shape.channels) + (channel < shape.programmes % shape.channels ? 1 : 0);
    const said = phrases.get(languageOf(channel)) ?? [];
    let at = (shape.start ?? Date.UTC(2026, 2, 14) / 1000) + (channel % 12) * 300;
    for (let index = 0; index < own; index++) {
      const stop = at + 300 * (1 + (random() % 24));
      piece += programme(channel, at, stop, said, random, truth);
      at = stop;
      if (piece.length > PIECE) yield flush();
    }
  }
  piece += '</tv>\n';
  yield flush();
}

interface Phrase {
  /** As written, and as read. */
  xml: string;
  length: number;
}

function programme(
  channel: number,
  start: number,
  stop: number,
  phrases: readonly Phrase[],
  random: () => number,
  truth: GuideTruth,
): string {
  const language = languageOf(channel);
  const pick = (): Phrase => phrases[random() % phrases.length] ?? { xml: '', length: 0 };
  const title = pick();
  const choice = random();
  const category = CATEGORIES[language][choice % 4] ?? '';
  const description = `${pick().xml}. ${pick().xml}.`;
  truth.programmes++;
  truth.categories++;
  truth.titleLength += title.length;
  return (
    `  <programme start="${time(start)} +0000" stop="${time(stop)} +0000" channel="${idOf(channel)}">\n` +
    `    <title lang="${language}">${title.xml}</title>\n` +
    (choice % 3 === 0 ? `    <sub-title lang="${language}">${pick().xml}</sub-title>\n` : '') +
    (choice % 5 === 0
      ? `    <desc lang="${language}"><![CDATA[${description.replaceAll('&amp;', '&')}]]></desc>\n`
      : `    <desc lang="${language}">${description}</desc>\n`) +
    `    <category lang="${language}">${category}</category>\n` +
    (choice % 4 === 0
      ? `    <episode-num system="xmltv_ns">${choice % 9}.${choice % 24}.</episode-num>\n`
      : '') +
    '  </programme>\n'
  );
}

function makePhrases(language: (typeof LANGUAGES)[number], random: () => number): Phrase[] {
  const words = WORDS[language].split(' ');
  return Array.from({ length: 400 }, (_, index) => {
    const text = Array.from({ length: 2 + (random() % 6) }, () => words[random() % words.length]).join(' ');
    const plain = index % 7 === 0 ? `${text} & ${index}` : `${text} ${index}`;
    return { xml: plain.replaceAll('&', '&amp;'), length: plain.length };
  });
}

function idOf(channel: number): string {
  return `channel-${channel}.example`;
}

function languageOf(channel: number): (typeof LANGUAGES)[number] {
  return LANGUAGES[channel % LANGUAGES.length] ?? 'en';
}

const days = new Map<number, string>();

function time(epochSeconds: number): string {
  const day = Math.floor(epochSeconds / 86_400);
  let date = days.get(day);
  if (date === undefined) {
    date = new Date(day * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    days.set(day, date);
  }
  const rest = epochSeconds % 86_400;
  return `${date}${two(rest / 3600)}${two((rest / 60) % 60)}${two(rest % 60)}`;
}

function two(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}

/** mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}
