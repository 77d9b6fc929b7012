import { errorCode } from '../errors/error-code.js';

/** `rooftop channels list | head` closes the pipe early: what was asked for is done all the same, unread. */
export function outliveReaders(streams: readonly NodeJS.WritableStream[]): void {
  for (const stream of streams) {
    stream.on('error', (error) => {
      if (errorCode(error) !== 'EPIPE') throw error;
    });
  }
}
