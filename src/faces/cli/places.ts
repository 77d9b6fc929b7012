import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { AppError } from '../../platform/errors/app-error.js';

/** An address as it is, or a file as a file: address. Throws `invalid_input` for what is neither. */
export function toUrl(place: string): string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(place)) return place;
  const file = path.resolve(process.env.INIT_CWD ?? process.cwd(), place);
  if (!existsSync(file) || !statSync(file).isFile()) {
    throw new AppError('invalid_input', `${place} is neither an address nor a file`, { status: 400 });
  }
  return pathToFileURL(file).href;
}

/** `what` is said when the text is no id, e.g. "list". */
export function toId(text: string, what: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new AppError('invalid_input', `${text} is not the id of a ${what}`, { status: 400 });
  }
  return Number(text);
}
