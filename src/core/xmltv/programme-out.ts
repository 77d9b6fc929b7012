import type { ScheduledProgramme } from '../guide/page.js';
import { absoluteUrl } from '../xtream/text.js';
import type { CreditRole, GuideCredit, SystemValue } from './types.js';
import { escapeXml, texts, xmltvTime } from './writer.js';

/** In the order of the DTD. */
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
/** Names, categories, icons: more are shown nowhere. */
const MAX_VALUES = 30;
const XMLTV_NS = /^\s*(\d+(\s*\/\s*\d+)?)?\s*\.\s*(\d+(\s*\/\s*\d+)?)?\s*\.\s*(\d+(\s*\/\s*\d+)?)?\s*$/;
const STARS = /^\d+(\.\d+)?\s*\/\s*\d+(\.\d+)?$/;

/**
 * A stored programme as one `<programme>` element and a newline, children in the order of the DTD, of all that was stored
 * what players show. "" when it has no title or does not end after it starts.
 */
export function scheduledElement(channelId: string, programme: ScheduledProgramme): string {
  const titles = texts('title', programme.titles);
  if (titles === '' || !(programme.stop > programme.start)) return '';
  const head =
    `<programme start="${xmltvTime(programme.start)}" stop="${xmltvTime(programme.stop)}" ` +
    `channel="${escapeXml(channelId)}">${titles}`;
  const body = [
    texts('sub-title', programme.subTitles),
    texts('desc', programme.descriptions),
    credits(programme.credits),
    programme.date === undefined ? '' : `<date>${escapeXml(programme.date)}</date>`,
    texts('category', programme.categories?.slice(0, MAX_VALUES)),
    icons(programme.icons),
    texts('country', programme.countries?.slice(0, MAX_VALUES)),
    episodes(programme.episodes),
    programme.previouslyShown === undefined ? '' : '<previously-shown/>',
    programme.isPremiere ? '<premiere/>' : '',
    programme.isNew ? '<new/>' : '',
    valued('rating', programme.ratings),
    valued(
      'star-rating',
      programme.starRatings?.filter(({ value }) => STARS.test(value.trim())),
    ),
  ];
  return `${head}${body.join('')}</programme>\n`;
}

function credits(all: readonly GuideCredit[] = []): string {
  if (all.length === 0) return '';
  const people = all.slice(0, MAX_VALUES);
  const elements = ROLES.flatMap((role) =>
    people.filter((person) => person.role === role).map((person) => creditElement(person)),
  ).join('');
  return elements === '' ? '' : `<credits>${elements}</credits>`;
}

function creditElement({ role, name, character }: GuideCredit): string {
  const clean = escapeXml(name).trim();
  if (clean === '') return '';
  const plays = role === 'actor' && character !== undefined ? ` role="${escapeXml(character)}"` : '';
  return `<${role}${plays}>${clean}</${role}>`;
}

function icons(urls: readonly string[] = []): string {
  const [first = ''] = urls.map(absoluteUrl).filter((url) => url !== '');
  return first === '' ? '' : `<icon src="${escapeXml(first)}"/>`;
}

/** A number that its system does not know is shown as it is. */
function episodes(all: readonly SystemValue[] = []): string {
  return all
    .slice(0, MAX_VALUES)
    .map(({ system, value }) => {
      const clean = escapeXml(value).trim();
      if (clean === '') return '';
      const isSound = system !== undefined && (system !== 'xmltv_ns' || XMLTV_NS.test(value));
      return `<episode-num system="${isSound ? escapeXml(system) : 'onscreen'}">${clean}</episode-num>`;
    })
    .join('');
}

function valued(element: 'rating' | 'star-rating', all: readonly SystemValue[] = []): string {
  return all
    .slice(0, MAX_VALUES)
    .map(({ system, value }) => {
      const clean = escapeXml(value).trim();
      if (clean === '') return '';
      const by = system === undefined ? '' : ` system="${escapeXml(system)}"`;
      return `<${element}${by}><value>${clean}</value></${element}>`;
    })
    .join('');
}
