import { describe, expect, it } from '@jest/globals';
import { mostHopeful } from './stream-failure.js';
import type { FailureKind } from './stream-failure.js';

describe('the failure that stands for all sources', () => {
  const of = (...kinds: FailureKind[]): FailureKind =>
    mostHopeful(kinds.map((kind) => ({ kind, detail: kind }))).kind;

  it('is "not found" only when every source says so', () => {
    expect(of('not-found', 'not-found')).toBe('not-found');
    expect(of('not-found', 'bad-media')).toBe('bad-media');
    expect(of('not-found', 'licence', 'timeout')).toBe('timeout');
  });

  it('prefers what may pass', () => {
    expect(of('timeout', 'no-peers', 'unavailable', 'unsupported')).toBe('unavailable');
  });

  it('is "not found" where there was nothing to try', () => {
    expect(mostHopeful([])).toEqual({ kind: 'not-found', detail: 'the channel has no source' });
  });
});
