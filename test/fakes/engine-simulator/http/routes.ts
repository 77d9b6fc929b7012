export type RouteName =
  | 'version'
  | 'api'
  | 'status'
  | 'search'
  | 'start'
  | 'playback'
  | 'content'
  | 'list'
  | 'segment'
  | 'stat'
  | 'command'
  | 'event'
  | 'unknown';

export interface RouteMatch {
  route: RouteName;
  infohash?: string;
  /** Token of the session, or the last part of the path. */
  token?: string;
}

const SESSION_ROUTES: Record<string, RouteName> = {
  r: 'playback',
  m: 'list',
  c: 'segment',
  stat: 'stat',
  cmd: 'command',
  event: 'event',
};

/** Which part of the engine a request is for. */
export function matchRoute(url: URL): RouteMatch {
  const method = url.searchParams.get('method');
  switch (url.pathname) {
    case '/webui/api/service':
      return { route: method === 'get_version' ? 'version' : 'api' };
    case '/server/api':
      return { route: method === 'get_status' ? 'status' : 'api' };
    case '/search':
      return { route: 'search' };
    case '/ace/getstream':
    case '/ace/manifest.m3u8':
      return { route: 'start' };
  }
  const parts =
    /^\/(?:ace\/(?<kind>r|m|c|stat|cmd|event)|(?<content>content))\/(?<hash>[0-9a-f]{40})\/(?<token>[\w.]+)$/i.exec(
      url.pathname,
    )?.groups;
  if (!parts) return { route: 'unknown' };
  return {
    route: parts.content ? 'content' : (SESSION_ROUTES[parts.kind?.toLowerCase() ?? ''] ?? 'unknown'),
    infohash: (parts.hash ?? '').toLowerCase(),
    token: (parts.token ?? '').replace(/\.(m3u8|ts)$/, ''),
  };
}
