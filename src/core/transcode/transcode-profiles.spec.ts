import { describe, expect, it } from '@jest/globals';
import { isTranscodeProfile, transcodeArguments } from './transcode-profiles.js';

const OPTIONS = {
  videoEncoder: 'h264_vaapi',
  inputOptions: ['-hwaccel', 'vaapi'],
  videoOptions: ['-vf', 'scale_vaapi=h=720'],
};

describe('transcodeArguments', () => {
  it('leaves the picture alone where only the sound is wanted', () => {
    const args = transcodeArguments('aac', OPTIONS);
    expect(args[args.indexOf('-c:v') + 1]).toBe('copy');
    expect(args).not.toContain('-hwaccel');
  });

  it('passes hardware options through, before the input and behind it', () => {
    const args = transcodeArguments('720p', OPTIONS);
    expect(args.indexOf('-hwaccel')).toBeLessThan(args.indexOf('-i'));
    expect(args.filter((arg) => arg === '-vf')).toHaveLength(1);
    expect(args[args.indexOf('-c:v') + 1]).toBe('h264_vaapi');
  });

  it('never makes a picture larger', () => {
    const args = transcodeArguments('480p', { videoEncoder: 'libx264', inputOptions: [], videoOptions: [] });
    expect(args[args.indexOf('-vf') + 1]).toBe("scale=-2:'min(480,ih)'");
  });

  it('knows its profiles', () => {
    expect([isTranscodeProfile('aac'), isTranscodeProfile('4k')]).toEqual([true, false]);
  });
});
