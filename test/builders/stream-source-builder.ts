import type { StreamSource } from '../../src/streaming/stream-source.js';

export function aStreamSource(changes: Partial<StreamSource> = {}): StreamSource {
  return {
    id: 1,
    kind: 'http',
    locator: 'http://source.test/channel.ts',
    userAgent: null,
    headers: {},
    allowPrivate: false,
    ...changes,
  };
}
