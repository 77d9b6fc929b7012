import { describe, expect, it } from '@jest/globals';
import { isCertificateError, mostHopeful } from './stream-failure.js';
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

describe('what a socket says', () => {
  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', true],
    ['CERT_HAS_EXPIRED', true],
    ['ERR_TLS_CERT_ALTNAME_INVALID', true],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true],
    ['ECONNREFUSED', false],
    ['UND_ERR_CONNECT_TIMEOUT', false],
  ])('is about a certificate: %s → %s', (code, expected) => {
    expect(isCertificateError(code)).toBe(expected);
  });
});
