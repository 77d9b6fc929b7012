/** A player of HLS: fetches the playlist every second and the newest segment it does not have yet, until it leaves. */
export class SegmentPlayer {
  bytes = 0;
  private readonly controller = new AbortController();
  private readonly over: Promise<void>;

  constructor(private readonly address: string) {
    this.over = this.play().catch(() => undefined);
  }

  /** Resolves when it has left, or when the server gives no more. */
  ended(): Promise<void> {
    return this.over;
  }

  pause(): void {}

  leave(): void {
    this.controller.abort();
  }

  private async play(): Promise<void> {
    let address = this.address;
    let last: string | undefined;
    for (;;) {
      const answer = await this.get(address);
      address = answer.url;
      const newest = (await answer.text())
        .split('\n')
        .findLast((line) => line !== '' && !line.startsWith('#'));
      if (newest !== undefined && newest !== last) {
        const segment = await this.get(new URL(newest, address).href);
        this.bytes += (await segment.arrayBuffer()).byteLength;
        last = newest;
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }

  private async get(address: string): Promise<Response> {
    const answer = await fetch(address, { signal: this.controller.signal });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer;
  }
}
