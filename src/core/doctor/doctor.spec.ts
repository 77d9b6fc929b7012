import { describe, expect, it } from '@jest/globals';
import { HOPS, SERVER_HOPS } from './finding.js';
import { channelReport, reportText, serverReport } from './report.js';
import {
  adviceOn,
  finding,
  SERVER_WORDS,
  WORDS,
  type DoctorFinding,
  type ServerCode,
  type SourceCode,
} from './words.js';

const CODES = [...Object.keys(WORDS), ...Object.keys(SERVER_WORDS)] as (SourceCode | ServerCode)[];
const ALL = { ...WORDS, ...SERVER_WORDS };

/** A value for every fact that the sentences of a code name. */
function factsOf(code: keyof typeof ALL): Record<string, string> {
  const { says, ...rest } = ALL[code];
  const text = `${says} ${'advice' in rest ? rest.advice : ''}`;
  return Object.fromEntries([...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => [name, `<${name}>`]));
}

describe('the doctor’s words', () => {
  it.each(CODES)('say %s in whole sentences', (code) => {
    const { says, advice } = adviceOn(finding(code, factsOf(code)));
    for (const text of advice === null ? [says] : [says, advice]) {
      expect(text).toMatch(/^[A-Z<0-9].*[.)]$/s);
      expect(text).not.toMatch(/[{}?]/);
    }
  });

  it.each(CODES)('say what to do about %s where it failed', (code) => {
    const found = finding(code);
    expect([...HOPS, ...SERVER_HOPS]).toContain(found.hop);
    if (found.verdict === 'failed') expect(adviceOn(found).advice).not.toBeNull();
    expect(
      code.endsWith('-ok') || code.endsWith('-ours') || found.verdict !== 'ok' || code === 'source-live',
    ).toBe(true);
  });

  it('fill in what is known, and show what is not', () => {
    expect(adviceOn(finding('start-unreachable', { code: 'ETIMEDOUT' })).says).toBe(
      'The host cannot be reached (ETIMEDOUT).',
    );
    expect(adviceOn(finding('start-unreachable')).says).toBe('The host cannot be reached (?).');
  });
});

describe('the report on a channel', () => {
  const works: DoctorFinding[] = [
    finding('start-ok', { place: 'tv', seconds: '0.2' }),
    finding('rate-unknown'),
  ];
  const gone: DoctorFinding[] = [finding('name-ok', { count: 1 }), finding('start-gone', { status: 404 })];
  const off: DoctorFinding[] = [finding('source-off')];
  const report = (...parts: DoctorFinding[][]) =>
    channelReport({
      title: 'Channel 7 (id 3): News',
      general: [],
      examined: parts.map((findings, index) => ({ name: `Source ${index + 1}`, findings })),
    });

  it.each([
    [[works], 'works', 'The channel works.'],
    [[works, off], 'works', 'The channel works.'],
    [[works, works], 'works', 'The channel works: all 2 sources play.'],
    [[works, gone], 'partly', 'The channel works: 1 of 2 sources play.'],
    [[gone], 'broken', 'The channel does not work; it ends at: start.'],
    [
      [gone, gone, off],
      'broken',
      'The channel does not work: none of its 2 sources plays. They end at: start.',
    ],
    [[off], 'unclear', 'Nothing could be looked at now.'],
    [[], 'unclear', 'Nothing could be looked at now.'],
  ] as const)('comes to a conclusion (%#)', (parts, diagnosis, summary) => {
    expect(report(...parts.map((part) => [...part]))).toMatchObject({ diagnosis, summary });
  });

  it('puts what fails for all sources first', () => {
    const input = { title: 'x', general: [finding('channel-retired')], examined: [] };
    expect(channelReport(input)).toMatchObject({
      diagnosis: 'broken',
      summary: 'No list names this channel any more.',
    });
  });

  it('is one page of text, with advice where something is wrong', () => {
    const text = reportText(report(works, gone), ['Rooftop 1.0.0']);
    expect(text).toBe(`Channel 7 (id 3): News
The channel works: 1 of 2 sources play.

Source 1
  ok    start     It could be opened at tv in 0.2 s.
  note  rate      It came too briefly to judge its speed.

Source 2
  ok    name      The name of the host is known (1 address(es)).
  FAIL  start     The provider does not know this stream (status 404).
                  → The channel has moved or is gone. Ask your provider for the present address, or refresh the list it came from.

Rooftop 1.0.0
`);
  });
});

describe('the text of a report', () => {
  it.each([
    ['/home/anna/tv/list.m3u', '~/tv/list.m3u'],
    ['/Users/anna', '~'],
    ['C:\\Users\\anna\\tv', '~\\tv'],
  ])('shows no folder of a person (%s)', (place, shown) => {
    const report = serverReport('x', [finding('lists-failed', { list: '1', reason: `no file ${place}` })]);
    expect(reportText(report)).toContain(`no file ${shown}`);
  });
});

describe('the report on the server', () => {
  it('counts what needs attention', () => {
    expect(serverReport('Rooftop', [finding('data-ok')])).toMatchObject({ diagnosis: 'works' });
    expect(
      serverReport('Rooftop', [finding('data-ok'), finding('disk-full', { free: '1 MB' })]),
    ).toMatchObject({
      diagnosis: 'partly',
      summary: '1 thing(s) need your attention.',
    });
  });
});
