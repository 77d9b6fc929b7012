import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { FieldProblem } from '../errors/app-error.js';
import { errorCode } from '../errors/error-code.js';
import { closest } from './closest.js';
import { listSettings } from './definitions.js';

/** A configuration file beyond this is a mistake. */
const MAX_FILE_BYTES = 1024 * 1024;

export interface ConfigFiles {
  /** Path of a setting → its raw value; later files win, and an empty one there means "not set". */
  values: Map<string, { file: string; value: unknown }>;
  problems: FieldProblem[];
}

/** Reads every `*.yml` and `*.yaml` of the folder in alphabetical order. A folder that is absent is fine unless `required`. */
export function readConfigFiles(folder: string, required: boolean): ConfigFiles {
  const found: ConfigFiles = { values: new Map(), problems: [] };
  for (const name of listFiles(folder, required, found.problems)) {
    const content = readFile(path.join(folder, name));
    if (typeof content !== 'string') {
      found.problems.push({ field: name, rule: content.rule });
      continue;
    }
    const lines = new LineCounter();
    const document = parseDocument(content, { lineCounter: lines, prettyErrors: false });
    for (const error of document.errors) {
      // The parser's own message may quote the line, and the line may hold a password.
      const { line, col } = lines.linePos(error.pos[0]);
      found.problems.push({
        field: name,
        rule: `is not valid YAML at line ${line}, column ${col} (${error.code})`,
      });
    }
    if (document.errors.length === 0) collectDocument(document, name, found);
  }
  return found;
}

function collectDocument(document: { toJS: () => unknown }, file: string, found: ConfigFiles): void {
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    // Aliases that point nowhere, or that multiply without end.
    if (!(error instanceof ReferenceError)) throw error;
    found.problems.push({ field: file, rule: 'must not use such aliases (*name)' });
  }
  collect(content, '', file, found);
}

function listFiles(folder: string, required: boolean, problems: FieldProblem[]): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort();
  } catch (error) {
    const absent = errorCode(error) === 'ENOENT';
    if (!absent) problems.push({ field: 'the configuration folder', rule: 'must be a readable folder' });
    else if (required) problems.push({ field: 'ROOFTOP_CONFIG_DIR', rule: 'must name a folder that exists' });
    return [];
  }
}

function readFile(file: string): string | { rule: string } {
  try {
    if (statSync(file).size > MAX_FILE_BYTES) {
      return { rule: `must not be larger than ${MAX_FILE_BYTES} bytes` };
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    return { rule: `must be a readable file (${errorCode(error) ?? 'unknown'})` };
  }
}

function collect(node: unknown, prefix: string, file: string, found: ConfigFiles): void {
  if (node === null || node === undefined) return;
  if (typeof node !== 'object' || Array.isArray(node)) {
    const field = prefix === '' ? file : `${prefix.slice(0, -1)} in ${file}`;
    found.problems.push({ field, rule: 'must be a section of "name: value" lines' });
    return;
  }
  const paths = listSettings().map((setting) => setting.path);
  for (const [name, value] of Object.entries(node)) {
    const place = `${prefix}${name}`;
    if (paths.includes(place) && value === null) found.values.delete(place);
    else if (paths.includes(place)) found.values.set(place, { file, value });
    else if (paths.some((known) => known.startsWith(`${place}.`))) collect(value, `${place}.`, file, found);
    else {
      found.problems.push({
        field: `${place} in ${file}`,
        rule: `is not a setting${suggestion(place, paths)}`,
      });
    }
  }
}

function suggestion(place: string, paths: readonly string[]): string {
  const sections = paths.map((known) => known.slice(0, known.lastIndexOf('.'))).filter(Boolean);
  const near = closest(place, [...paths, ...sections]);
  return near ? `; did you mean ${near}?` : '';
}
