import type { Lifecycle } from './platform/lifecycle.js';
import type { RestartRequest } from './platform/restart.js';

/** What of a started server this needs. */
export interface Restartable {
  house: { lifecycle: Lifecycle; restart: RestartRequest };
  port: number;
}

/** A server that closes and opens anew inside the same process when a part of it asks, until it is stopped. */
export class RestartingServer<T extends Restartable> {
  private current: Promise<T> | undefined;
  private port: number | undefined;
  private isStopping = false;

  /** `open` is given the port of the first start: players know it, also where any free one was taken. */
  constructor(private readonly open: (port: number | undefined) => Promise<T>) {}

  async start(): Promise<T> {
    this.current = this.open(this.port);
    const server = await this.current;
    this.port = server.port;
    return server;
  }

  /** Resolves when the server is stopped; rejects when it cannot start again. */
  async run(): Promise<void> {
    while (!this.isStopping) {
      const { house } = (await this.current) ?? (await this.start());
      await Promise.race([house.restart.asked, endOf(house.lifecycle.signal)]);
      await house.lifecycle.shutdown();
      this.current = undefined;
    }
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    const server = await this.current;
    await server?.house.lifecycle.shutdown();
  }
}

function endOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
