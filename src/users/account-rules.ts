import { randomInt } from 'node:crypto';
import type { FieldProblem } from '../platform/errors/app-error.js';

/**
 * First path segments that mean something else: a user of such a name would collide with `/{user}/{pass}/{id}`.
 */
export const RESERVED_USERNAMES: ReadonlySet<string> = new Set([
  'admin',
  'api',
  'assets',
  'auth',
  'docs',
  'epg',
  'favicon.ico',
  'get.php',
  'health',
  'healthz',
  'hls',
  'hlsr',
  'hlsf',
  'index.php',
  'live',
  'logo',
  'metrics',
  'movie',
  'panel_api.php',
  'play',
  'player_api',
  'player_api.php',
  'playlist',
  'poster',
  'readyz',
  'robots.txt',
  'series',
  'static',
  'stream',
  'streaming',
  'timeshift',
  'timeshifts',
  'vod',
  'web',
  'xmltv.php',
]);

/** bcrypt reads no more than this. */
const MAX_PASSWORD_BYTES = 72;
const MIN_PASSWORD_LENGTH = 4;
/** Without look-alikes: these are typed with a remote control. */
const PASSWORD_ALPHABET = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';

export function usernameProblems(name: string): FieldProblem[] {
  if (!/^[A-Za-z0-9._-]{3,64}$/.test(name)) {
    return [{ field: 'username', rule: 'must be 3 to 64 characters of A-Z a-z 0-9 . _ -' }];
  }
  if (RESERVED_USERNAMES.has(name.toLowerCase()) || /^\.+$/.test(name)) {
    return [{ field: 'username', rule: 'is a reserved word' }];
  }
  return [];
}

export function passwordProblems(password: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (password.length < MIN_PASSWORD_LENGTH) {
    problems.push({ field: 'password', rule: `must have at least ${MIN_PASSWORD_LENGTH} characters` });
  }
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) {
    problems.push({ field: 'password', rule: `must not exceed ${MAX_PASSWORD_BYTES} bytes` });
  }
  // Players put it into URLs, many without encoding it.
  if (/[\s\p{Cc}]/u.test(password)) {
    problems.push({ field: 'password', rule: 'must not contain blanks or control characters' });
  }
  return problems;
}

/** About 70 bits, safe in every URL. */
export function generatePassword(length = 12): string {
  return Array.from({ length }, () => PASSWORD_ALPHABET[randomInt(PASSWORD_ALPHABET.length)]).join('');
}
