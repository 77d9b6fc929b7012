import { describeError } from '../errors/app-error.js';
import type { Logger } from '../logging/logger.js';

/**
 * Name → payload of every event. Rooms add their own by declaration merging, so that the bus imports nobody:
 * `declare module '…/event-bus.js' { interface EventMap { 'x.changed': { id: number } } }`.
 * Payloads are ids and numbers; a listener reads what it needs itself.
 */
export interface EventMap {
  /** Rows behind the channel lists changed, in this process or another one. */
  'channels.changed': Record<string, never>;
  'users.changed': Record<string, never>;
  'settings.changed': Record<string, never>;
  /** Which programmes a guide serves changed, in this process or another one. */
  'guide.changed': Record<string, never>;
  /** Films, series or where they can be watched changed, in this process or another one. */
  'films.changed': Record<string, never>;
}

type Handler = (payload: never) => void;

export class EventBus {
  private readonly handlers = new Map<keyof EventMap, Set<Handler>>();

  constructor(private readonly logger: Logger) {}

  /** Returns the function that unsubscribes. Handlers are synchronous; longer work belongs to the lifecycle. */
  on<N extends keyof EventMap>(name: N, handler: (payload: EventMap[N]) => void): () => void {
    const handlers = this.handlers.get(name) ?? new Set<Handler>();
    this.handlers.set(name, handlers);
    handlers.add(handler);
    return () => void handlers.delete(handler);
  }

  emit<N extends keyof EventMap>(name: N, payload: EventMap[N]): void {
    for (const handler of this.handlers.get(name) ?? []) {
      try {
        handler(payload as never);
      } catch (error) {
        this.logger.error(`a listener of ${name} failed`, { error: describeError(error) });
      }
    }
  }
}
