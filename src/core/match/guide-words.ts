// The words of channel names, as lists and guides spell them apart: what is dropped, what is one word, what is read as another
// script. Each function loosens a name one step; none of them touches numbers or time shifts.

const WORDS = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** Words that say "this is a channel", by what they say: "Travel TV" and "Travel Channel" are two channels, "Travel" is either. */
const FILLERS: ReadonlyMap<string, string> = new Map([
  ...['tv', 'тв', 'tb', 'television', 'televisione', 'телевидение', 'fernsehen', 'televisie'].map(
    (word) => [word, 'tv'] as const,
  ),
  ...['channel', 'канал', 'телеканал', 'kanal', 'kanaal', 'canal', 'canale', 'chaine'].map(
    (word) => [word, 'channel'] as const,
  ),
  ...['the', 'трк', 'гтрк'].map((word) => [word, ''] as const),
]);

/** Where these stand, "TV" tells the picture from the sound. */
const RADIO = WORDS('radio радио fm фм');

const NUMBER_WORDS: ReadonlyMap<string, string> = new Map(
  [
    '1 one uno eins un una первый первая перший',
    '2 two due zwei deux dos ii второй другий',
    '3 three tre drei trois tres iii третий третій',
    '4 four quattro vier quatre cuatro iv четвертый',
    '5 five cinque funf cinq cinco пятый пятий',
    '6 six sei sechs seis шестой',
    '7 seven sette sieben sept siete седьмой',
    '8 eight otto acht huit ocho восьмой',
    '9 nine neun neuf nueve девятый',
    '10 ten zehn dix diez десятый',
  ].flatMap((line) => {
    const [digits = '', ...words] = line.split(' ');
    return words.map((word): [string, string] => [word, digits]);
  }),
);

const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['sports', 'sport'],
  ['спорт', 'sport'],
  ['futbol', 'football'],
  ['футбол', 'football'],
  ['матч', 'match'],
  ['int', 'international'],
  ['хоккей', 'hockey'],
]);

/** Spellings in front of a name that every list of the country uses for the same brand. */
const OPENINGS: readonly (readonly [readonly string[], readonly string[]])[] = [
  [
    ['m', 'l', 'campeones'],
    ['movistar', 'liga', 'de', 'campeones'],
  ],
  [['m'], ['movistar']],
  [['m+'], ['movistar']],
  [
    ['nat', 'geo'],
    ['national', 'geographic'],
  ],
];

/** Names that are said without their last word. */
const SHORT_FOR: ReadonlyMap<string, readonly string[]> = new Map([
  ['первый', ['первый', 'канал']],
  ['пятый', ['пятый', 'канал']],
]);

/** Letters that are drawn alike, Cyrillic → Latin. */
const LOOKALIKES: ReadonlyMap<string, string> = new Map(
  Array.from('аеорсухкмтвніз', (letter, at) => [letter, 'aeopcyxkmtbhi3'.charAt(at)]),
);
const ALL_LOOKALIKE = /^[аеорсухкмтвніaeopcyxkmtbhi\d]+$/;

const LETTERS: ReadonlyMap<string, string> = new Map(
  'а=a б=b в=v г=g ґ=g д=d е=e є=ie ж=zh з=z и=i і=i ї=i й=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ў=u ф=f х=h ц=ts ч=ch ш=sh щ=sh ъ= ы=i ь= э=e ю=iu я=ia'
    .split(' ')
    .map((pair): [string, string] => [pair.charAt(0), pair.slice(2)]),
);

/** Lone plus signs join the word before: "Canal + Sport" is "Canal+ Sport". */
export function joinPluses(tokens: readonly string[]): string[] {
  const joined: string[] = [];
  for (const token of tokens) {
    const last = joined.at(-1);
    if (token === '+' && last !== undefined && !last.endsWith('+')) joined[joined.length - 1] = `${last}+`;
    else joined.push(token);
  }
  return joined;
}

/** Numbers in digits, one word for one thing. A number word that is the whole name stays ("ONE", "Nove", "Первый"). */
export function canonicalWords(tokens: readonly string[]): string[] {
  const opened = open(tokens);
  return opened.map((token) => {
    const number = opened.length > 1 ? NUMBER_WORDS.get(token) : undefined;
    return number ?? SYNONYMS.get(token) ?? token;
  });
}

function open(tokens: readonly string[]): readonly string[] {
  for (const [from, to] of OPENINGS) {
    if (tokens.length > from.length && from.every((word, at) => tokens[at] === word)) {
      return [...to, ...tokens.slice(from.length)];
    }
  }
  const full = tokens.length === 1 ? SHORT_FOR.get(tokens[0] ?? '') : undefined;
  return full ?? tokens;
}

/**
 * Without the words that only say "channel" or "television", and which of the two were there. They stay where nothing but a
 * number or a single letter would be left ("Channel 4", "5 канал").
 */
export function withoutFillers(tokens: readonly string[]): { words: readonly string[]; dropped: string } {
  const isRadio = tokens.some((token) => RADIO.has(token));
  const isFiller = (token: string): boolean =>
    FILLERS.has(token) && !(isRadio && FILLERS.get(token) === 'tv');
  const words = tokens.filter((token) => !isFiller(token));
  if (words.length === tokens.length || words.join('').replace(/[\d+]/g, '').length < 2) {
    return { words: tokens, dropped: '' };
  }
  const kinds = new Set(tokens.filter(isFiller).map((token) => FILLERS.get(token) ?? ''));
  kinds.delete('');
  return { words, dropped: [...kinds].sort().join(' ') };
}

/** Whether a word only says "channel" or "television". */
export function isFillerWord(word: string): boolean {
  return FILLERS.has(word);
}

/** A word of letters that look the same in both scripts ("СТС", "CTC", "2х2") in its Latin spelling; any other as it is. */
export function asItLooks(token: string): string {
  if (!ALL_LOOKALIKE.test(token)) return token;
  return Array.from(token, (letter) => LOOKALIKES.get(letter) ?? letter).join('');
}

/** How a word sounds, roughly, in Latin letters: "Россия", "Rossiya" and "rosia" are one. */
export function soundOf(token: string): string {
  const latin = Array.from(token, (letter) => LETTERS.get(letter) ?? letter).join('');
  return latin
    .replace(/kh|x/g, 'h')
    .replace(/[yj]/g, 'i')
    .replace(/ck|q|c(?!h)/g, 'k')
    .replace(/w/g, 'v')
    .replace(/ph/g, 'f')
    .replace(/oo/g, 'u')
    .replace(/([a-z])\1+/g, '$1');
}

export function isCyrillic(text: string): boolean {
  return /\p{sc=Cyrillic}/u.test(text);
}
