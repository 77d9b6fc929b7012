import type { Clock } from '../platform/clock.js';

export class DeadlineError extends Error {
  constructor(readonly ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = 'DeadlineError';
  }
}

/**
 * Runs `work` with a signal that aborts after `ms` or together with `parent`. The error is then the abort's reason:
 * a `DeadlineError` for the time, the parent's reason otherwise.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  parent: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const linked = linkedAbort(parent);
  const timer = clock.setTimer(ms, () => linked.controller.abort(new DeadlineError(ms)));
  try {
    return await work(linked.controller.signal);
  } catch (error) {
    throw linked.controller.signal.aborted ? linked.controller.signal.reason : error;
  } finally {
    timer.cancel();
    linked.unlink();
  }
}

/** A controller that follows `parent` until it is unlinked: nothing stays behind on a long-lived signal. */
export function linkedAbort(parent: AbortSignal | undefined): {
  controller: AbortController;
  unlink: () => void;
} {
  const controller = new AbortController();
  const follow = (): void => controller.abort(parent?.reason);
  if (parent?.aborted) follow();
  parent?.addEventListener('abort', follow, { once: true });
  return { controller, unlink: () => parent?.removeEventListener('abort', follow) };
}
