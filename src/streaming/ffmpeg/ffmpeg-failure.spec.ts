import { describe, expect, it } from '@jest/globals';
import { ffmpegFailure } from './ffmpeg-failure.js';

describe('ffmpegFailure', () => {
  it.each([
    ['rtsp://ana:secret@192.0.2.1/x: Connection refused', 'unavailable'],
    ['[rtsp @ 0x1] method DESCRIBE failed: 404 Not Found', 'not-found'],
    ['[rtsp @ 0x1] method DESCRIBE failed: 401 Unauthorized', 'unavailable'],
    ['[tcp @ 0x1] Connection to tcp://192.0.2.1:1935 failed: Connection timed out', 'unavailable'],
    ['[tcp @ 0x1] Failed to resolve hostname nowhere: Name or service not known', 'unavailable'],
    ["[file @ 0x1] Protocol 'file' not on whitelist 'http,tcp'!", 'unsupported'],
    ['pipe:0: Invalid data found when processing input', 'bad-media'],
    ['[mpegts @ 0x1] Could not write header for output file #0', 'unsupported'],
    ["Unknown encoder 'h264_qsv'", 'unsupported'],
    ['No VA display found for device /dev/dri/renderD128.\nDevice creation failed: -22.', 'unsupported'],
    [
      'Error initializing output stream 0:0 -- Error while opening encoder for output stream #0:0',
      'unsupported',
    ],
    ['', 'unavailable'],
  ])('reads %s', (printed, kind) => {
    expect(ffmpegFailure(printed).kind).toBe(kind);
  });

  it('repeats nothing of what it reads', () => {
    const { detail } = ffmpegFailure('rtsp://ana:secret@192.0.2.1/x?token=abc: Connection refused');
    expect(detail).not.toMatch(/secret|abc|192/);
  });
});
