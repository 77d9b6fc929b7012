/** What stands in place of a secret. */
export const HIDDEN = '***';

/**
 * Xtream servers carry the viewer's name and password as two folders of the path, with or without a kind in front.
 * `/3/movie/…` is the TMDB API.
 */
const KIND_PATH = /(?<!\/3)\/(live|movie|series|timeshift|hls|hlsr|hlsf|vod)\/[^/?#\s]+(?:\/[^/?#\s]*)?/gi;
const BARE_PATH = /(?<![:/])\/(?!3\/)[^/?#\s]+\/[^/?#\s]+(\/\d+(?:\.\w{1,5})?)(?=[^\w/-]|$)/g;
/** XUI.one hands out `/play/<token>/<format>` links that need no login. */
const PLAY_PATH = /\/play\/[^/?#\s]+/gi;
const USER_INFO = /\/\/[^/?#\s]*@/g;

const STRONG_NAME =
  '(?:[a-z]+[_-]?)?(?:password|passwd|pwd|token|secret)|(?:api|access|secret)[_-]?key|apikey|credentials?|jwt';
const QUERY_NAME = `${STRONG_NAME}|user(?:name)?|pass|key|auth(?:orization)?|sig(?:nature)?|session(?:id)?|sid|mac`;
const QUERY_SECRET = new RegExp(`([?&#;](?:${QUERY_NAME})=)[^&#;\\s"]*`, 'gi');

const HEADER = /\b((?:proxy-)?authorization|(?:set-)?cookie2?|x-api-key)("?\s*[:=]\s*"?)[^\r\n"]+/gi;
const SCHEME = /\b(bearer|basic)\s+[\w.~+/=-]{4,}/gi;
const JWT = /\beyJ[\w-]{5,}\.[\w-]+\.?[\w-]*/g;
const ASSIGNMENT = new RegExp(`\\b(${STRONG_NAME})("?\\s*[=:]\\s*"?)[^\\s"&,;})\\]]+`, 'gi');
const SECRET_FIELD = /(?:pass(?:word|wd)|pwd|secret|token|authorization|cookie|api_?key|jwt|credentials?)$/i;

/** A URL, absolute or as it stands in a request line, without its credentials: user info, Xtream path, query. */
export function redactUrl(url: string): string {
  return url
    .replace(USER_INFO, `//${HIDDEN}@`)
    .replace(KIND_PATH, `/$1/${HIDDEN}/${HIDDEN}`)
    .replace(PLAY_PATH, `/play/${HIDDEN}`)
    .replace(BARE_PATH, `/${HIDDEN}/${HIDDEN}$1`)
    .replace(QUERY_SECRET, `$1${HIDDEN}`);
}

/** Free text: URLs, request paths, headers, tokens and `password=…` in it lose their secrets. */
export function redactText(text: string): string {
  return redactUrl(text)
    .replace(HEADER, `$1$2${HIDDEN}`)
    .replace(SCHEME, `$1 ${HIDDEN}`)
    .replace(JWT, HIDDEN)
    .replace(ASSIGNMENT, `$1$2${HIDDEN}`);
}

/** Whether a field of this name holds a secret, whatever its value is. */
export function isSecretField(name: string): boolean {
  return SECRET_FIELD.test(name);
}
