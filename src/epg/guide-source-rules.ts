import { isWholeNumber, type FieldProblem } from '../platform/errors/app-error.js';
import { GUIDE_KINDS, type GuideOptions } from './guide-source.entity.js';

/** Everything a person may set. Absent = default at creation, unchanged at an update. */
export interface GuideSourceInput {
  name?: string;
  url?: string;
  kind?: string;
  isEnabled?: boolean;
  priority?: number;
  intervalMinutes?: number;
  headers?: Record<string, string>;
  options?: GuideOptions;
  timeZone?: string;
  shiftMinutes?: number;
  allowPrivate?: boolean;
  shrinkThreshold?: number | null;
}

const MAX_REQUESTED_CHANNELS = 5000;
const MAX_PARAMETERS = 50;

/** Every rule a person's input breaks. */
export function guideInputProblems(input: GuideSourceInput): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const need = (field: string, isRight: boolean, rule: string): void => {
    if (!isRight) problems.push({ field, rule });
  };
  const { name, kind, priority, intervalMinutes, headers, options, timeZone, shiftMinutes, shrinkThreshold } =
    input;
  if (name !== undefined) {
    need('name', /^[^\p{Cc}]{1,200}$/u.test(name.trim()), 'must be 1 to 200 characters');
  }
  if (kind !== undefined) {
    need('kind', GUIDE_KINDS.includes(kind as never), `must be one of ${GUIDE_KINDS.join(', ')}`);
  }
  if (priority !== undefined) {
    need('priority', isWholeNumber(priority, 0, 1_000_000), 'must be a whole number from 0 to 1000000');
  }
  if (intervalMinutes !== undefined) {
    const rule = 'must be a whole number of minutes from 0 (never) to 525600';
    need('intervalMinutes', isWholeNumber(intervalMinutes, 0, 525_600), rule);
  }
  if (shiftMinutes !== undefined) {
    const rule = 'must be a whole number of minutes from -1440 to 1440';
    need('shiftMinutes', isWholeNumber(shiftMinutes, -1440, 1440), rule);
  }
  if (timeZone !== undefined) need('timeZone', isZone(timeZone), 'must be a time zone like Europe/Berlin');
  if (shrinkThreshold !== undefined && shrinkThreshold !== null) {
    need('shrinkThreshold', shrinkThreshold >= 0 && shrinkThreshold <= 1, 'must be from 0 to 1');
  }
  for (const [header, value] of Object.entries(headers ?? {})) {
    const isHeader = /^[A-Za-z0-9-]{1,64}$/.test(header) && /^[\t\x20-\x7e]{0,2000}$/.test(value);
    need('headers', isHeader, `${header.slice(0, 64)} is not an HTTP header`);
  }
  return options === undefined ? problems : [...problems, ...optionProblems(options)];
}

export function guideUrlProblems(url: string, allowFiles: boolean): FieldProblem[] {
  const rule = allowFiles ? 'must be an http(s) address or a file' : 'must be an http(s) address';
  if (url.length > 4096 || !URL.canParse(url)) return [{ field: 'url', rule }];
  const { protocol } = new URL(url);
  const isRight = protocol === 'http:' || protocol === 'https:' || (allowFiles && protocol === 'file:');
  return isRight ? [] : [{ field: 'url', rule }];
}

function optionProblems({
  parameters = {},
  channels,
  pageParameter,
  firstPage,
}: GuideOptions): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const isShort = (text: unknown): boolean => typeof text === 'string' && text.length <= 2000;
  if (Object.keys(parameters).length > MAX_PARAMETERS || !Object.values(parameters).every(isShort)) {
    problems.push({ field: 'options.parameters', rule: `must be up to ${MAX_PARAMETERS} texts` });
  }
  if (channels !== undefined && (channels.length > MAX_REQUESTED_CHANNELS || !channels.every(isShort))) {
    problems.push({ field: 'options.channels', rule: `must be up to ${MAX_REQUESTED_CHANNELS} ids` });
  }
  if (pageParameter !== undefined && !/^[\w.[\]-]{1,64}$/.test(pageParameter)) {
    problems.push({ field: 'options.pageParameter', rule: 'must be the name of a parameter' });
  }
  if (firstPage !== undefined && !isWholeNumber(firstPage, 0, 1_000_000)) {
    problems.push({ field: 'options.firstPage', rule: 'must be a whole number from 0' });
  }
  return problems;
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
