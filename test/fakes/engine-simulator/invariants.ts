import type { Engine } from './engine.js';
import type { EngineSession } from './session.js';

export interface InvariantOptions {
  /** Exactly so many start calls: in total, or by content id, infohash or name. */
  expectedStarts?: number | Readonly<Record<string, number>>;
  /** At most so many. */
  maxStarts?: number;
  /** What this test provokes on purpose, and how often it may happen. */
  allow?: Partial<
    Record<'leaked' | 'supersededBySelf' | 'secondReaders' | 'doubleStops' | 'unreachable', number>
  >;
}

/** Sessions whose owner went away without a stop: still open, or ended by the engine's patience. */
export function leakedSessions(engine: Engine): EngineSession[] {
  return engine.sessions.filter(
    ({ isOpen, idledOut, stopRequested, reachable }) => reachable && !stopRequested && (isOpen || idledOut),
  );
}

/** Throws with everything that a well-behaved client must never do to an engine. */
export function assertInvariants(engine: Engine, options: InvariantOptions = {}): void {
  const { metrics, catalogue } = engine.parts;
  const { allow = {}, expectedStarts, maxStarts } = options;
  const problems: string[] = [];
  const atMost = (what: string, count: number, limit = 0): void => {
    if (count > limit) problems.push(`${what}: ${count} (at most ${limit})`);
  };
  const leaked = leakedSessions(engine);
  atMost(`leaked sessions [${leaked.map(describe).join(', ')}]`, leaked.length, allow.leaked);
  atMost('sessions superseded by ourselves', metrics.supersededBySelf, allow.supersededBySelf);
  atMost('sessions replaced through a shared pid', metrics.replacedByPid, allow.supersededBySelf);
  atMost('readers of one TS session', metrics.maxReadersPerSession, 1 + (allow.secondReaders ?? 0));
  atMost('double stops', metrics.doubleStops, allow.doubleStops);
  atMost('sessions started for a caller that had hung up', metrics.unreachable, allow.unreachable);
  atMost('calls to a foreign host', metrics.foreignCalls);
  if (maxStarts !== undefined) atMost('starts', metrics.totalStarts, maxStarts);
  const exactly = (what: string, count: number, expected: number): void => {
    if (count !== expected) problems.push(`${what}: ${count} (expected ${expected})`);
  };
  if (typeof expectedStarts === 'number') exactly('starts', metrics.totalStarts, expectedStarts);
  else {
    for (const [key, expected] of Object.entries(expectedStarts ?? {})) {
      const infohash = catalogue.find(key)?.infohash ?? key;
      exactly(`starts of ${key}`, metrics.starts.get(infohash) ?? 0, expected);
    }
  }
  if (problems.length > 0) throw new Error(`engine invariants broken:\n  ${problems.join('\n  ')}`);
}

function describe(session: EngineSession): string {
  return `${session.content.name}/${session.pid} ${session.state}`;
}
