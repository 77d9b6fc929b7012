import { isOfConnection } from '../core/lists/http-headers.js';

/** What a list is asked with, as far as its streams are asked with it as well. */
export interface ListRequest {
  userAgent: string | null;
  home: HomeHeaders | null;
}

/** Any of them may be a credential: they are for the origin that the list itself is fetched from, and for no other. */
export interface HomeHeaders {
  origin: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
}

/** Says in which form the list itself is wanted. */
const OF_THE_LIST = /^(accept|if-.*)$/;

/** Undefined where the list lays down nothing for its streams. */
export function listRequestOf(list: {
  url: string;
  headers: Readonly<Record<string, string>>;
}): ListRequest | undefined {
  const { 'user-agent': agent = '', ...headers } = Object.fromEntries(
    Object.entries(list.headers)
      .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
      .filter(([name]) => !isOfConnection(name) && !OF_THE_LIST.test(name)),
  );
  const home = homeOf(list.url, headers);
  if (agent === '' && home === null) return undefined;
  return { userAgent: agent === '' ? null : agent, home };
}

/** A list that is a file has no origin. */
function homeOf(url: string, headers: Readonly<Record<string, string>>): HomeHeaders | null {
  if (Object.keys(headers).length === 0 || !/^https?:/i.test(url) || !URL.canParse(url)) return null;
  return { origin: new URL(url).origin, headers };
}
