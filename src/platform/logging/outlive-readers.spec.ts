import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { outliveReaders } from './outlive-readers.js';

describe('outliveReaders', () => {
  it('takes a reader that left for no failure, and nothing else', () => {
    const stream = new PassThrough();
    outliveReaders([stream]);
    expect(() =>
      stream.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
    ).not.toThrow();
    expect(() => stream.emit('error', new Error('another'))).toThrow('another');
  });
});
