import { describe, expect, it } from '@jest/globals';
import { RecordingLogger } from '../../../test/fakes/recording-logger.js';
import { NestLogger } from './nest-logger.js';

describe('NestLogger', () => {
  it('passes levels, context and stack on', () => {
    const recorder = new RecordingLogger();
    const logger = new NestLogger(recorder);
    logger.log('Mapped', 'RouterExplorer');
    logger.warn({ a: 1 }, 'X');
    logger.error('boom', 'Error: boom\n    at here', 'ExceptionsHandler');
    logger.error(new Error('thrown'));
    logger.fatal('dead');
    logger.debug('d');
    logger.verbose('v');
    expect(recorder.entries).toEqual([
      { level: 'debug', message: 'Mapped', fields: { context: 'RouterExplorer' } },
      { level: 'warn', message: '{"a":1}', fields: { context: 'X' } },
      {
        level: 'error',
        message: 'boom',
        fields: { context: 'ExceptionsHandler', stack: 'Error: boom\n    at here' },
      },
      { level: 'error', message: 'thrown', fields: {} },
      { level: 'error', message: 'dead', fields: {} },
      { level: 'debug', message: 'd', fields: {} },
      { level: 'debug', message: 'v', fields: {} },
    ]);
  });
});
