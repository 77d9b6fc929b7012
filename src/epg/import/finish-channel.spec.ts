import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { finishChannel } from '../../core/guide/finish.js';
import { programmeBody } from '../../core/guide/page.js';
import type { GuideProgramme } from '../../core/xmltv/types.js';
import { finishSpooled } from './finish-channel.js';

const programme = fc
  .record({
    start: fc.integer({ min: 0, max: 400 }),
    lasts: fc.option(fc.integer({ min: 1, max: 60 }), { freq: 30 }),
    title: fc.constantFrom('A', 'B', 'Новости'),
    length: fc.option(fc.constant(600), { nil: undefined }),
  })
  .map(({ start, lasts, title, length }): GuideProgramme => ({
    channelId: '',
    start,
    stop: lasts === null ? null : start + lasts,
    titles: [{ text: title }],
    ...(length === undefined ? {} : { length }),
  }));

describe('finishing spooled programmes', () => {
  it('gives what finishing the objects gives, whichever way it takes', () => {
    fc.assert(
      fc.property(fc.array(programme, { maxLength: 12 }), (programmes) => {
        const placed = programmes.map((one, index) => ({ ...one, at: index * 100, line: index + 1 }));
        const expectedProblems: [string, number][] = [];
        const expected = finishChannel(placed, {
          onProblem: (problem, { at }) => expectedProblems.push([problem, at]),
        });
        const spooled = programmes.map((one, index) => ({
          start: one.start,
          stop: one.stop,
          body: Buffer.from(programmeBody(one)),
          at: index * 100,
          line: index + 1,
        }));
        const problems: [string, number][] = [];
        const records = finishSpooled(spooled, (problem, { at }) => problems.push([problem, at]));
        const told = records.map(({ body, ...record }) => ({
          channelId: '',
          ...(JSON.parse(Buffer.from(body).toString()) as object),
          ...record,
        }));
        expect({ programmes: told, problems }).toEqual({ programmes: expected, problems: expectedProblems });
      }),
    );
  });
});
