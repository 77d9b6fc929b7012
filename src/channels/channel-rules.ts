import { isWholeNumber, type FieldProblem } from '../platform/errors/app-error.js';

export const MAX_NUM = 999_999;
export const MAX_ARCHIVE_DAYS = 365;
export const MAX_GUIDE_SHIFT_MINUTES = 1440;
const MAX_NAME = 300;
const MAX_LOGO = 2048;
const MAX_TVG_ID = 200;

/** What a person may set on a channel. Absent = as it is. */
export interface ChannelInput {
  name?: string;
  num?: number;
  logo?: string;
  categoryId?: number;
  tvgId?: string;
  guideShiftMinutes?: number;
  isHidden?: boolean;
  isAdult?: boolean;
  archiveDays?: number;
  watchPicture?: boolean;
}

export function channelProblems(input: ChannelInput): FieldProblem[] {
  const { name, num, logo, tvgId, guideShiftMinutes, archiveDays } = input;
  const problems: FieldProblem[] = [];
  const need = (field: string, isRight: boolean, rule: string): void => {
    if (!isRight) problems.push({ field, rule });
  };
  if (name !== undefined) problems.push(...nameProblems('name', name, MAX_NAME));
  if (num !== undefined) {
    need('num', isWholeNumber(num, 1, MAX_NUM), `must be a whole number from 1 to ${MAX_NUM}`);
  }
  if (tvgId !== undefined) {
    need('tvgId', isLine(tvgId, MAX_TVG_ID), `must be up to ${MAX_TVG_ID} characters on one line`);
  }
  if (guideShiftMinutes !== undefined) {
    need(
      'guideShiftMinutes',
      isWholeNumber(guideShiftMinutes, -MAX_GUIDE_SHIFT_MINUTES, MAX_GUIDE_SHIFT_MINUTES),
      `must be a whole number from -${MAX_GUIDE_SHIFT_MINUTES} to ${MAX_GUIDE_SHIFT_MINUTES}`,
    );
  }
  if (logo !== undefined) {
    need(
      'logo',
      logo === '' || (isLine(logo, MAX_LOGO) && isWebAddress(logo)),
      'must be an http(s) address, or empty',
    );
  }
  if (archiveDays !== undefined) {
    const rule = `must be a whole number from 0 to ${MAX_ARCHIVE_DAYS}`;
    need('archiveDays', isWholeNumber(archiveDays, 0, MAX_ARCHIVE_DAYS), rule);
  }
  return problems;
}

/** Names end up in playlists and headers: one line, something to read. */
export function nameProblems(field: string, name: string, max: number): FieldProblem[] {
  if (name.trim() !== '' && isLine(name, max)) return [];
  return [{ field, rule: `must be 1 to ${max} characters without control characters` }];
}

function isLine(text: string, max: number): boolean {
  return text.length <= max && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(text);
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
