// Guide ids as lists and guides write them: "bbc1.uk", "BBCOne.uk@SD", "FR · Eurosport 1", "4".
import { readGuideName, type GuideName } from './guide-name.js';

export interface GuideIdParts {
  /** The id for comparing letter by letter: case and a picture after "@" left out. */
  exact: string;
  /** The id read as a name; null where it is only a number or a code. */
  name: GuideName | null;
  /** Country of an ending such as ".uk", upper case. */
  country: string | null;
  /** A bare number, or too short to mean the same thing in two guides. */
  isWeak: boolean;
}

const NO_ID = /^(?:0|-+|-1|none|null|nil|n\/?a|no ?epg|undefined|unknown|epg|tvg-id|id)$/i;
/** "Azteca.mx@SD" is the channel in another picture; "France24.fr@Spanish" is another channel. */
const PICTURE_FEED = /@(?:[SH]D|F-?HD|U-?HD|[48]K|\d{3,4}[ip]?)$/i;
const COUNTRY_ENDING = /[.](uk|[a-z]{2})\d?$/;
const NO_COUNTRIES = new Set(['tv', 'fm', 'hd', 'sd']);
const CODE = /^[0-9a-f]{12,}$|^[a-z]{1,3}[-_.]?\d{3,}|[._-]rt[._-]|zap2it|schedulesdirect/i;
const MAX_ID = 256;

/** Takes a guide id apart; null where it stands for "none". */
export function readGuideId(id: string): GuideIdParts | null {
  const trimmed = id.trim().slice(0, MAX_ID);
  if (trimmed === '' || NO_ID.test(trimmed)) return null;
  const bare = trimmed.replace(PICTURE_FEED, '');
  const exact = bare.toLowerCase();
  const [station = '', feed = ''] = bare.split('@');
  const country = countryOf(station.toLowerCase());
  const body = `${country === null ? station : station.replace(/\.[a-z]{2}\d?$/i, '')} ${feed}`.trim();
  const isCode = CODE.test(bare) || !/\p{L}{2}/u.test(body);
  return {
    exact,
    name: isCode ? null : readGuideName(body.replace(/[._]+|(?<=\p{L})-(?=\p{L})/gu, ' ')),
    country,
    isWeak: /^\d+$/.test(exact) || exact.length < 3,
  };
}

function countryOf(id: string): string | null {
  const code = COUNTRY_ENDING.exec(id)?.[1];
  if (code === undefined || NO_COUNTRIES.has(code)) return null;
  return code === 'gb' ? 'UK' : code.toUpperCase();
}
