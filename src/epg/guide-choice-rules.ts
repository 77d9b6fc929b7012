import { compileNamePattern } from '../core/guide/name-pattern.js';
import { PLACEHOLDER_KINDS, type PlaceholderRule } from '../core/guide/placeholder.js';
import { WallClock } from '../core/xmltv/zones.js';
import { isWholeNumber, type FieldProblem } from '../platform/errors/app-error.js';

export interface LinkInput {
  guideChannelId: number;
  /** Added to the times of the guide; default 0. */
  shiftMinutes?: number;
}

/** What a person decides about the guide of a channel. Absent = unchanged. */
export interface GuideChoiceInput {
  /** `manual` is decided by naming links. */
  mode?: 'auto' | 'none';
  /** Best first; not empty. Makes the channel `manual`. */
  links?: readonly LinkInput[];
  shiftMinutes?: number;
  /** null = that of the category. */
  placeholder?: PlaceholderRule | null;
}

const MAX_LINKS = 16;
const MAX_SHIFT = 1440;
const MAX_TITLE = 200;

/** Every rule a decision breaks. */
export function guideChoiceProblems(input: GuideChoiceInput): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const need = (field: string, isRight: boolean, rule: string): void => {
    if (!isRight) problems.push({ field, rule });
  };
  const shiftRule = `must be a whole number of minutes from -${MAX_SHIFT} to ${MAX_SHIFT}`;
  const isShift = (minutes: number): boolean => isWholeNumber(minutes, -MAX_SHIFT, MAX_SHIFT);
  const { links, mode, shiftMinutes, placeholder } = input;
  if (links !== undefined) {
    const ids = links.map(({ guideChannelId }) => guideChannelId);
    const isRight = ids.length > 0 && ids.length <= MAX_LINKS && new Set(ids).size === ids.length;
    need('links', isRight, `must name 1 to ${MAX_LINKS} guide channels, each once`);
    need('links', mode === undefined, 'must not be given together with mode');
    need(
      'links',
      links.every((link) => isShift(link.shiftMinutes ?? 0)),
      `shiftMinutes ${shiftRule}`,
    );
  }
  if (shiftMinutes !== undefined) need('shiftMinutes', isShift(shiftMinutes), shiftRule);
  if (placeholder) problems.push(...placeholderProblems(placeholder));
  return problems;
}

export function placeholderProblems(rule: PlaceholderRule): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const need = (field: string, isRight: boolean, text: string): void => {
    if (!isRight) problems.push({ field: `placeholder.${field}`, rule: text });
  };
  const { kind, pattern, timeZone, eventMinutes, blockMinutes, title } = rule;
  need('kind', PLACEHOLDER_KINDS.includes(kind), `must be one of ${PLACEHOLDER_KINDS.join(', ')}`);
  if (kind === 'pattern') {
    const compiled = compileNamePattern(pattern ?? '');
    if (compiled.kind === 'wrong') need('pattern', false, compiled.rule);
  } else need('pattern', pattern === undefined, 'belongs to the kind pattern');
  if (timeZone !== undefined) need('timeZone', isZone(timeZone), 'must be a time zone like Europe/Berlin');
  if (eventMinutes !== undefined) {
    need('eventMinutes', isWholeNumber(eventMinutes, 1, 1440), 'must be a whole number from 1 to 1440');
  }
  if (blockMinutes !== undefined) {
    need('blockMinutes', isWholeNumber(blockMinutes, 15, 1440), 'must be a whole number from 15 to 1440');
  }
  if (title !== undefined) {
    const isTitle = title.trim() !== '' && title.length <= MAX_TITLE && !/\p{Cc}/u.test(title);
    need('title', isTitle, `must be 1 to ${MAX_TITLE} characters`);
  }
  return problems;
}

function isZone(zone: string): boolean {
  try {
    return new WallClock(zone).zone === zone;
  } catch {
    return false;
  }
}
