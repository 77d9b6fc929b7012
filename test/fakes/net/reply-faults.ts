import type { FaultBook, FaultPlace } from '../faults/fault-book.js';
import type { Exchange } from './exchange.js';
import type { TimerBook } from './timer-book.js';

export interface ReplyFaultContext {
  /** Another origin that counts who calls it; only where the host has one. */
  foreignUrl?: string;
  /** Routes that redirect faults strike when the fault names no route. */
  redirectRoutes: readonly string[];
  timers: TimerBook;
  proceed: () => void;
}

/** Answers wrongly if a fault says so, otherwise (or late) goes on with the right answer. */
export function applyReplyFault(
  exchange: Exchange,
  faults: FaultBook,
  place: FaultPlace,
  context: ReplyFaultContext,
): void {
  if (faults.isEmpty) return context.proceed();
  if (faults.take('blackhole', place)) return;
  if (faults.take('reset', place)) return exchange.reset();
  if (faults.take('emptyReply', place)) return exchange.hangUp();
  const busy = faults.take('http503', place);
  if (busy) return exchange.send(503, 'busy', { 'Retry-After': String(busy.retryAfterSeconds ?? 1) });
  const status = faults.take('status', place);
  if (status) return exchange.text(status.code, 'refused');
  if (faults.take('badJson', place)) {
    return exchange.send(200, '{"response": {"playback_url": ', { 'Content-Type': 'application/json' });
  }
  if (faults.take('html200', place)) {
    return exchange.send(200, '<!DOCTYPE html><title>Portal</title><p>Please sign in.', {
      'Content-Type': 'text/html',
    });
  }
  if (redirected(exchange, faults, place, context)) return;
  const late = faults.take('slowFirstByte', place);
  if (late) context.timers.after(late.ms, context.proceed);
  else context.proceed();
}

function redirected(
  exchange: Exchange,
  faults: FaultBook,
  place: FaultPlace,
  { foreignUrl, redirectRoutes }: ReplyFaultContext,
): boolean {
  const fits = (route: string | undefined): boolean =>
    route !== undefined || redirectRoutes.includes(place.route ?? '');
  const loop = faults.takeWhere(
    place,
    ({ fault, scope }) => fault.kind === 'redirectLoop' && fits(scope.route),
  );
  if (loop) {
    exchange.redirect(`http://${exchange.host}${exchange.req.url ?? '/'}`);
    return true;
  }
  const elsewhere = faults.takeWhere(
    place,
    ({ fault, scope }) => fault.kind === 'redirect' && fits(scope.route),
  )?.fault;
  if (elsewhere?.kind === 'redirect') {
    exchange.redirect(elsewhere.location);
    return true;
  }
  const foreign = faults.takeWhere(
    place,
    ({ fault, scope }) => fault.kind === 'redirectForeignHost' && fits(scope.route),
  )?.fault;
  if (foreign?.kind !== 'redirectForeignHost') return false;
  exchange.redirect(foreign.location ?? foreignUrl ?? exchange.path);
  return true;
}
