import { describe, expect, it } from '@jest/globals';
import { shiftMinutes, wholeNumber } from './arguments.js';

describe('numbers of the command line', () => {
  it('are whole and within their bounds', () => {
    const upToTen = wholeNumber(0, 10);
    expect(['0', '7', '10'].map(upToTen)).toEqual([0, 7, 10]);
    for (const wrong of ['11', '-1', '-0', '+1', '1.5', '1e1', '', ' 1', 'x']) {
      expect(() => upToTen(wrong)).toThrow('A whole number from 0 to 10 is needed.');
    }
  });

  it('may be negative for shifts, and that is said', () => {
    expect(['-1440', '-60', '0', '+60', '1440'].map(shiftMinutes)).toEqual([-1440, -60, 0, 60, 1440]);
    for (const wrong of ['-1441', '1441', '--5', '5-', '-']) {
      expect(() => shiftMinutes(wrong)).toThrow('A whole number from -1440 to 1440 is needed.');
    }
  });
});
