import { randomBytes } from 'node:crypto';
import { FilmHlsViewing, type FilmHlsContext } from './film-hls-viewing.js';

const TOKEN_BYTES = 18;
/** Each keeps the addresses of a film: some hundred kilobytes. */
const MAX_VIEWINGS = 500;

/** Everybody who watches films in segments, found by the token in the addresses or by who and what it is. */
export class FilmHlsViewers {
  private readonly byToken = new Map<string, FilmHlsViewing>();
  private readonly byViewer = new Map<string, FilmHlsViewing>();

  constructor(private readonly maxViewings = MAX_VIEWINGS) {}

  /** The viewing of this player of this film, a new one where there is none. */
  open(parts: Omit<FilmHlsContext, 'token' | 'onOver'>): FilmHlsViewing {
    const key = viewerKey(parts);
    const known = this.byViewer.get(key);
    if (known) {
      known.reopen(parts.film);
      return known;
    }
    const [oldest] = this.byToken.values();
    if (oldest && this.byToken.size >= this.maxViewings) oldest.end();
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const viewing = new FilmHlsViewing({ ...parts, token, onOver: () => this.forget(key, token) });
    this.byToken.set(token, viewing);
    this.byViewer.set(key, viewing);
    return viewing;
  }

  find(token: string): FilmHlsViewing | undefined {
    const viewing = this.byToken.get(token);
    if (!viewing) return undefined;
    // Whoever was not heard of for longest goes first.
    this.byToken.delete(token);
    this.byToken.set(token, viewing);
    return viewing;
  }

  all(): FilmHlsViewing[] {
    return [...this.byToken.values()];
  }

  private forget(key: string, token: string): void {
    if (this.byViewer.get(key)?.context.token === token) this.byViewer.delete(key);
    this.byToken.delete(token);
  }
}

function viewerKey({ account, itemId, client }: Omit<FilmHlsContext, 'token' | 'onOver'>): string {
  return `${account.id}\n${itemId}\n${client.address}\n${client.userAgent}`;
}
