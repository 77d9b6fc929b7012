import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';

/** A client of server-sent events. */
export class EventListener {
  /** 0 = not answered yet. */
  status = 0;
  contentType = '';
  over = false;
  text = '';
  private readonly outgoing;
  private changed: () => void = () => {};

  constructor(url: string, path: string, token: string) {
    this.outgoing = request(`${url}${path}`, {
      agent: false,
      headers: { authorization: `Bearer ${token}` },
    });
    this.outgoing.on('response', (answer: IncomingMessage) => {
      this.status = answer.statusCode ?? 0;
      this.contentType = answer.headers['content-type'] ?? '';
      answer.setEncoding('utf8').on('data', (text: string) => {
        this.text += text;
        this.changed();
      });
      answer.on('close', () => {
        this.over = true;
        this.changed();
      });
      answer.on('error', () => {});
      this.changed();
    });
    this.outgoing.on('error', () => {});
    this.outgoing.end();
  }

  /** Data of all events of one name so far. */
  told<T>(name: string): T[] {
    return [...this.text.matchAll(/^event: (\S+)\ndata: (.*)\n\n/gm)]
      .filter(([, event]) => event === name)
      .map(([, , data = '']) => JSON.parse(data) as T);
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => (this.changed = resolve));
  }

  leave(): void {
    this.outgoing.destroy();
  }
}
