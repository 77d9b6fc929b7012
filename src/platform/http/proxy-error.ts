/** What a proxy between us and a source did. Its code tells whose fault it is. */
export class ProxyError extends Error {
  constructor(
    readonly code: ProxyFault,
    /** Says what happened, without addresses or secrets. */
    message: string,
  ) {
    super(message);
    this.name = 'ProxyError';
  }
}

export type ProxyFault =
  /** No connection to the proxy, or no answer from it. */
  | 'PROXY_UNREACHABLE'
  /** It wants another user or password (407). */
  | 'PROXY_LOGIN'
  /** It will not connect to such a place. */
  | 'PROXY_REFUSED'
  /** The proxy works, and cannot reach the source. */
  | 'PROXY_NO_ROUTE';

/** What an answer to CONNECT means; null = the tunnel is open. */
export function proxyRefusal(status: number): ProxyError | null {
  if (status >= 200 && status < 300) return null;
  if (status === 407) return new ProxyError('PROXY_LOGIN', 'the proxy refuses the login (407)');
  // 500 too: simple proxies answer so when the name is unknown or nobody listens.
  if (status >= 500) {
    return new ProxyError('PROXY_NO_ROUTE', `the proxy does not reach the source (${status})`);
  }
  return new ProxyError('PROXY_REFUSED', `the proxy refuses the connection (${status})`);
}
