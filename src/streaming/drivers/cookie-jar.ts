const MAX_HOSTS = 8;
const MAX_COOKIES = 32;
const MAX_LENGTH = 4_096;
const PAIR = /^\s*([!#$%&'*+.^_`|~\w-]+)=([\x21-\x7e]*)\s*(?:;|$)/;

/** Cookies of one stream, by host and for its life: providers bind segments to the session of the playlist with them. */
export class CookieJar {
  private readonly hosts = new Map<string, Map<string, string>>();

  take(url: string, header: string | string[] | undefined): void {
    if (header === undefined) return;
    const { hostname } = new URL(url);
    const cookies = this.hosts.get(hostname) ?? new Map<string, string>();
    for (const line of [header].flat()) {
      const [, name, value] = PAIR.exec(line.slice(0, MAX_LENGTH)) ?? [];
      if (name === undefined || value === undefined) continue;
      if (cookies.size < MAX_COOKIES || cookies.has(name)) cookies.set(name, value);
    }
    if (this.hosts.has(hostname) || this.hosts.size < MAX_HOSTS) this.hosts.set(hostname, cookies);
  }

  headerFor(url: string): { cookie?: string } {
    const cookies = this.hosts.get(new URL(url).hostname);
    if (!cookies?.size) return {};
    return { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
  }
}
