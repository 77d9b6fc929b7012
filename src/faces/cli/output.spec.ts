import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../platform/errors/app-error.js';
import { wholeNumber } from './arguments.js';
import { EXIT, reportFailure } from './output.js';

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

function report(error: unknown, json = false): { code: number; err: string } {
  const told = { code: -1, err: '' };
  const terminal = {
    out: () => {},
    err: (text: string) => void (told.err += text),
    isInteractive: false,
    setExitCode: (code: number) => void (told.code = code),
  };
  reportFailure(terminal, error, json);
  return told;
}

describe('a failure of the command line', () => {
  it.each<[string, unknown, number]>([
    ['a number that is none', thrownBy(() => wholeNumber(1, 9)('abc')), EXIT.usage],
    ['what is not there', new AppError('not_found', 'there is no channel 7'), EXIT.notFound],
    ['a damaged database', new AppError('database_damaged', 'it is damaged'), EXIT.unavailable],
    ['anything else', new Error('unforeseen'), EXIT.failed],
  ])('tells %s by its exit code', (_what, error, code) => {
    expect(report(error)).toEqual({ code, err: expect.stringMatching(/^rooftop: .+\n$/) });
  });

  it('is an object where JSON is asked for', () => {
    const { err } = report(
      thrownBy(() => wholeNumber(1, 9)('abc')),
      true,
    );
    expect(JSON.parse(err)).toEqual({
      error: { code: 'invalid_input', message: 'A whole number from 1 to 9 is needed.', details: [] },
    });
  });
});
