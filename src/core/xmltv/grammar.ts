// Which element says what: the DTD of XMLTV, and what guides add to it. One table per record; the assembler walks them.
import { workDate } from './time.js';
import type { CreditRole, GuideChannel, GuideProgramme, LocalText, SystemValue } from './types.js';

/** What one element said: its text, and the two attributes its rule asked for. */
export interface Said {
  text: string;
  first: string | undefined;
  second: string | undefined;
}

/** What may be said several times, within the bounds of a record. */
export interface Gathered<T> {
  record: T;
  /** Whether the list has room for one more. */
  hasRoom: (list: readonly unknown[] | undefined) => boolean;
  /** What the parts of the element said, e.g. the `value` of a `rating`. */
  parts: Map<string, string>;
}

export interface ElementRule<T> {
  /** Attributes to read at the opening tag. */
  first?: string;
  second?: string;
  /** What its text is: several lines, one short line, an address (never cut), or not wanted. */
  text: 'prose' | 'line' | 'address' | 'none';
  /** Elements inside it. */
  parts?: ReadonlyMap<string, ElementRule<T>>;
  /** Applied at its end. */
  take(into: Gathered<T>, said: Said): void;
}

type Rules<T> = ReadonlyMap<string, ElementRule<T>>;
type ListField<T, V> = { [K in keyof T]-?: NonNullable<T[K]> extends V[] ? K : never }[keyof T];

/** Its opening tag ends whatever is still open beside it: these never stand inside another element of a programme. */
export const NEVER_INSIDE: ReadonlySet<string> = new Set([
  'title',
  'sub-title',
  'desc',
  'credits',
  'category',
  'episode-num',
  'display-name',
]);

function put<T, V>({ record, hasRoom }: Gathered<T>, field: ListField<T, V>, value: V): void {
  const fields = record as Record<ListField<T, V>, V[] | undefined>;
  const list = fields[field];
  if (!hasRoom(list)) return;
  if (list === undefined) fields[field] = [value];
  else list.push(value);
}

function localText(said: Said): LocalText {
  return said.first ? { text: said.text, lang: said.first } : { text: said.text };
}

function texts<T>(field: ListField<T, LocalText>, text: 'line' | 'prose' = 'line'): ElementRule<T> {
  return {
    first: 'lang',
    text,
    take: (into, said) => {
      if (said.text !== '') put<T, LocalText>(into, field, localText(said));
    },
  };
}

function icons<T>(field: ListField<T, string>): ElementRule<T> {
  return {
    first: 'src',
    text: 'none',
    take: (into, { first }) => {
      if (first) put<T, string>(into, field, first);
    },
  };
}

function values<T>(field: ListField<T, string>, text: 'line' | 'address'): ElementRule<T> {
  return {
    text,
    take: (into, { text }) => {
      if (text !== '') put<T, string>(into, field, text);
    },
  };
}

/** A part whose text its parent asks for. */
function part<T>(name: string): ElementRule<T> {
  return { text: 'line', take: ({ parts }, { text }) => void parts.set(name, text) };
}

function parts<T>(...names: string[]): Rules<T> {
  return new Map(names.map((name) => [name, part<T>(name)]));
}

/** Some guides leave `<value>` out and write the value itself. */
function rated(field: 'ratings' | 'starRatings'): ElementRule<GuideProgramme> {
  return {
    first: 'system',
    text: 'line',
    parts: parts('value'),
    take: (into, said) => {
      const value = into.parts.get('value') ?? said.text;
      if (value !== '') put<GuideProgramme, SystemValue>(into, field, withSystem(value, said.first));
    },
  };
}

function withSystem(value: string, system: string | undefined): SystemValue {
  return system ? { system, value } : { value };
}

function flag(field: 'isNew' | 'isPremiere' | 'isLastChance' | 'isLive'): ElementRule<GuideProgramme> {
  return { text: 'none', take: ({ record }) => void (record[field] = true) };
}

function language(field: 'language' | 'originalLanguage'): ElementRule<GuideProgramme> {
  return {
    text: 'line',
    take: ({ record }, { text }) => {
      if (text !== '') record[field] ??= text;
    },
  };
}

function credit(role: CreditRole): ElementRule<GuideProgramme> {
  return {
    first: 'role',
    text: 'line',
    // Pictures and links of people: named so that their addresses do not become part of the name.
    parts: parts('image', 'url'),
    take: (into, { text, first }) => {
      if (text === '') return;
      put<GuideProgramme, NonNullable<GuideProgramme['credits']>[number]>(
        into,
        'credits',
        first ? { role, name: text, character: first } : { role, name: text },
      );
    },
  };
}

const ROLES: readonly CreditRole[] = [
  'director',
  'actor',
  'writer',
  'adapter',
  'producer',
  'composer',
  'editor',
  'presenter',
  'commentator',
  'guest',
];
const SECONDS: Readonly<Record<string, number>> = { seconds: 1, minutes: 60, hours: 3600 };

export const CHANNEL_RULES: Rules<GuideChannel> = new Map<string, ElementRule<GuideChannel>>([
  ['display-name', texts<GuideChannel>('names')],
  ['icon', icons<GuideChannel>('icons')],
  ['url', values<GuideChannel>('urls', 'address')],
  ['lcn', values<GuideChannel>('numbers', 'line')],
]);

export const PROGRAMME_RULES: Rules<GuideProgramme> = new Map<string, ElementRule<GuideProgramme>>([
  ['title', texts<GuideProgramme>('titles')],
  ['sub-title', texts<GuideProgramme>('subTitles')],
  ['desc', texts<GuideProgramme>('descriptions', 'prose')],
  ['category', texts<GuideProgramme>('categories')],
  ['keyword', texts<GuideProgramme>('keywords')],
  ['country', texts<GuideProgramme>('countries')],
  ['icon', icons<GuideProgramme>('icons')],
  ['url', values<GuideProgramme>('urls', 'address')],
  ['language', language('language')],
  ['orig-language', language('originalLanguage')],
  ['rating', rated('ratings')],
  ['star-rating', rated('starRatings')],
  ['new', flag('isNew')],
  ['premiere', flag('isPremiere')],
  ['last-chance', flag('isLastChance')],
  ['live', flag('isLive')],
  [
    'credits',
    { text: 'none', parts: new Map(ROLES.map((role) => [role, credit(role)])), take: () => undefined },
  ],
  [
    'date',
    {
      text: 'line',
      take: ({ record }, { text }) => {
        const date = workDate(text);
        if (date !== null) record.date ??= date;
      },
    },
  ],
  [
    'length',
    {
      first: 'units',
      text: 'line',
      take: ({ record }, { text, first }) => {
        const seconds = Math.round(Number(text) * (SECONDS[first ?? 'minutes'] ?? 0));
        if (seconds > 0 && seconds < 1_000_000) record.length ??= seconds;
      },
    },
  ],
  [
    'episode-num',
    {
      first: 'system',
      text: 'line',
      take: (into, { text, first }) => {
        // The DTD's default.
        if (text !== '') {
          put<GuideProgramme, SystemValue>(into, 'episodes', { system: first ?? 'onscreen', value: text });
        }
      },
    },
  ],
  [
    'image',
    {
      first: 'type',
      second: 'orient',
      text: 'address',
      take: (into, { text, first, second }) => {
        if (text === '') return;
        put<GuideProgramme, NonNullable<GuideProgramme['images']>[number]>(into, 'images', {
          url: text,
          ...(first ? { type: first } : {}),
          ...(second ? { orient: second } : {}),
        });
      },
    },
  ],
  [
    'video',
    {
      text: 'none',
      parts: parts('aspect', 'quality', 'colour', 'present'),
      take: ({ record, parts: said }) => {
        const video: NonNullable<GuideProgramme['video']> = {};
        for (const name of ['aspect', 'quality', 'colour'] as const) {
          const text = said.get(name);
          if (text) video[name] = text;
        }
        if (Object.keys(video).length > 0) record.video ??= video;
      },
    },
  ],
  [
    'audio',
    {
      text: 'none',
      parts: parts('stereo', 'present'),
      take: ({ record, parts: said }) => {
        const stereo = said.get('stereo');
        if (stereo) record.audio ??= { stereo };
      },
    },
  ],
  [
    'subtitles',
    {
      first: 'type',
      text: 'none',
      parts: parts('language'),
      take: (into, { first }) => {
        const spoken = into.parts.get('language');
        put<GuideProgramme, NonNullable<GuideProgramme['subtitles']>[number]>(into, 'subtitles', {
          ...(first ? { type: first } : {}),
          ...(spoken ? { language: spoken } : {}),
        });
      },
    },
  ],
  [
    'previously-shown',
    {
      first: 'start',
      second: 'channel',
      text: 'none',
      take: ({ record }, { first, second }) => {
        record.previouslyShown ??= {
          ...(first ? { start: first } : {}),
          ...(second ? { channel: second } : {}),
        };
      },
    },
  ],
]);
