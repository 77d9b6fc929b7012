import type { GuideTimes } from '../xmltv/time.js';
import { workDate } from '../xmltv/time.js';
import { cut } from '../xmltv/tidy.js';
import type { CreditRole, GuideCredit, GuideLimits, GuideProgramme, SystemValue } from '../xmltv/types.js';
import type { JsonObject } from './json-fields.js';
import * as fields from './json-fields.js';
import { firstAddress, firstText, firstTexts, objectOf } from './json-fields.js';

export interface JsonTimes {
  source: GuideTimes;
  moscow: GuideTimes;
}

/** Whether an object has what a programme has: a title and a start that is a time. */
export function isProgramme(object: JsonObject, times: JsonTimes): boolean {
  return startOf(object, times) !== null && firstText([object], fields.TITLE) !== '';
}

/** Epoch seconds, or null. */
export function startOf(object: JsonObject, times: JsonTimes): number | null {
  return timeOf(object, fields.START, times.source) ?? timeOf(object, fields.MOSCOW_START, times.moscow);
}

export function stopOf(object: JsonObject, times: JsonTimes): number | null {
  return timeOf(object, fields.STOP, times.source) ?? timeOf(object, fields.MOSCOW_STOP, times.moscow);
}

/** Everything but channel and times; those are the caller's to judge. */
export function programmeOf(
  object: JsonObject,
  at: { channelId: string; start: number; stop: number | null },
  limits: GuideLimits,
): GuideProgramme {
  const objects = withInside(object);
  const short = (text: string): string => cut(text.replace(/\s*\n\s*/g, ' '), limits.maxValueLength);
  const programme: GuideProgramme = { ...at, titles: [{ text: short(firstText([object], fields.TITLE)) }] };
  const subTitle = short(firstText(objects, fields.SUB_TITLE));
  if (subTitle !== '' && subTitle !== programme.titles[0]?.text) programme.subTitles = [{ text: subTitle }];
  const description = cut(firstText(objects, fields.DESCRIPTION), limits.maxTextLength);
  if (description !== '') programme.descriptions = [{ text: description }];
  const categories = categoriesOf(objects).map(short).slice(0, limits.maxValues);
  if (categories.length > 0) programme.categories = categories.map((text) => ({ text }));
  const picture = firstAddress(objects, fields.PICTURE);
  if (picture !== '' && picture.length <= limits.maxValueLength) programme.icons = [picture];
  const countries = firstTexts(objects, fields.COUNTRY).map(short).slice(0, limits.maxValues);
  if (countries.length > 0) programme.countries = countries.map((text) => ({ text }));
  const date = workDate(firstText(objects, fields.YEAR));
  if (date !== null) programme.date = date;
  const credits = creditsOf(objects, short).slice(0, limits.maxValues);
  if (credits.length > 0) programme.credits = credits;
  const episodes = episodesOf(objects);
  if (episodes.length > 0) programme.episodes = episodes;
  const rating = ratingOf(firstText(objects, fields.RATING));
  if (rating !== '') programme.ratings = [{ value: short(rating) }];
  addFlags(programme, objects);
  return programme;
}

function withInside(object: JsonObject): JsonObject[] {
  const objects = [object];
  for (const outer of [object, ...fields.INSIDE.map((key) => objectOf(object[key]))]) {
    for (const key of fields.INSIDE) {
      const inner = objectOf(outer?.[key]);
      if (inner && !objects.includes(inner)) objects.push(inner);
    }
  }
  return objects;
}

function categoriesOf(objects: readonly JsonObject[]): string[] {
  const names = firstTexts(objects, fields.CATEGORY);
  // Yandex: the kind of programme is an object with a name.
  const types = objects.map((object) => objectOf(object.type)).filter((type) => type !== null);
  const all = [...names, ...firstTexts(objects, fields.SUB_CATEGORY), ...firstTexts(types, ['name'])];
  return [...new Set(all)].filter((name) => !/^\d+$/.test(name));
}

function creditsOf(objects: readonly JsonObject[], short: (text: string) => string): GuideCredit[] {
  const of = (role: CreditRole, keys: readonly string[]): GuideCredit[] =>
    firstTexts(objects, keys).map((name) => ({ role, name: short(name) }));
  return [...of('director', fields.DIRECTOR), ...of('actor', fields.ACTOR), ...of('writer', fields.WRITER)];
}

/** Season and episode as `xmltv_ns`, counted from 0; ids of databases as XMLTV proposes them. */
function episodesOf(objects: readonly JsonObject[]): SystemValue[] {
  const found: SystemValue[] = [];
  const season = ordinal(objects, fields.SEASON);
  const episode = ordinal(objects, fields.EPISODE);
  if (episode !== null) {
    found.push({ system: 'xmltv_ns', value: `${season === null ? '' : season - 1}.${episode - 1}.` });
  }
  const imdb = firstText(objects, fields.IMDB);
  if (/^tt\d{5,10}$/.test(imdb)) found.push({ system: 'imdb.com', value: `title/${imdb}` });
  return found;
}

function ordinal(objects: readonly JsonObject[], keys: readonly string[]): number | null {
  for (const object of objects) {
    for (const key of keys) {
      const value = Number(typeof object[key] === 'object' ? NaN : (object[key] ?? NaN));
      if (Number.isInteger(value) && value >= 1 && value <= 100_000) return value;
    }
  }
  return null;
}

/** Ages are written with a plus; 0 means nobody rated it. */
function ratingOf(text: string): string {
  if (!/^\d+$/.test(text)) return text;
  return text === '0' ? '' : `${text}+`;
}

function addFlags(programme: GuideProgramme, objects: readonly JsonObject[]): void {
  const is = (keys: readonly string[]): boolean =>
    objects.some((object) => keys.some((key) => object[key] === true || object[key] === 1));
  if (is(fields.NEW)) programme.isNew = true;
  if (is(fields.PREMIERE)) programme.isPremiere = true;
  if (is(fields.LIVE)) programme.isLive = true;
}

function timeOf(object: JsonObject, keys: readonly string[], times: GuideTimes): number | null {
  for (const key of keys) {
    const value = object[key];
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    const time = parseTime(String(value).trim(), times);
    if (time !== null) return time;
  }
  return null;
}

/** Ten digits are seconds, thirteen milliseconds since 1970; everything else is written out. */
function parseTime(text: string, times: GuideTimes): number | null {
  if (/^\d{9,10}(?:\.\d+)?$/.test(text)) return Math.floor(Number(text));
  if (/^\d{13}$/.test(text)) return Math.floor(Number(text) / 1000);
  // A bare year or day is no start of a programme.
  return text.length >= 12 ? times.parse(text) : null;
}
