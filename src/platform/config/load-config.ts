import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import type { FieldProblem } from '../errors/app-error.js';
import { AppError } from '../errors/app-error.js';
import { errorCode } from '../errors/error-code.js';
import { AppConfig } from './app-config.js';
import { closest } from './closest.js';
import type { NamedSetting } from './definitions.js';
import { fillValues, listSettings } from './definitions.js';
import { readConfigFiles } from './config-files.js';

/** Variables with our prefix that other parts of the project read. */
export const OTHER_VARIABLES = [
  'ROOFTOP_CONFIG_DIR',
  'ROOFTOP_OMIT_DEV',
  'ROOFTOP_PREBUILT',
  'ROOFTOP_REQUIRE_SERVICES',
  'ROOFTOP_TEST_POSTGRES_URL',
  'ROOFTOP_TEST_REPORT',
  'ROOFTOP_ZAP_RUNS',
] as const;

/** Compiled, this file lies in `<root>/<dist|build>/src/platform/config`. */
const PROJECT_ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', '..');

export interface LoadConfigOptions {
  env?: Readonly<Record<string, string | undefined>>;
  /** Folder that holds `config/` and `.env`, and that relative folders start at. */
  rootDir?: string;
}

export interface LoadedConfig {
  config: AppConfig;
  /** Sentences for the log: probable typos and questionable choices. */
  warnings: string[];
  /** Path of a setting → where its value was found; settings at their default are absent. */
  origins: ReadonlyMap<string, string>;
}

interface Found {
  origin: string;
  /** undefined = breaks the rule. */
  value: unknown;
}

/**
 * Environment over `.env` over the files of the configuration folder over defaults. An empty variable counts as not set.
 * Throws `config_invalid` that lists every broken setting with its rule and origin, never with its value.
 */
export function loadConfig(options: LoadConfigOptions = {}): LoadedConfig {
  const root = options.rootDir ?? PROJECT_ROOT;
  const problems: FieldProblem[] = [];
  const env = readEnvironment(root, options.env ?? process.env, problems);
  const folder = env.get('ROOFTOP_CONFIG_DIR');
  const files = readConfigFiles(path.resolve(root, folder ?? 'config'), folder !== undefined);
  problems.push(...files.problems);

  const origins = new Map<string, string>();
  const values = fillValues((setting) => {
    const found = findInEnvironment(setting, env, root, problems) ?? findInFiles(setting, files.values);
    if (!found) return setting.default;
    if (found.value === undefined) {
      problems.push({ field: found.origin, rule: `must be ${setting.type.rule}` });
    }
    origins.set(setting.path, found.origin);
    return found.value;
  });
  if (problems.length > 0) throw invalid(problems);

  const config = new AppConfig({
    ...values,
    dataDir: path.resolve(root, values.dataDir),
    logDir: path.resolve(root, values.logDir),
  });
  return { config, warnings: [...unknownVariables(env), ...questionable(config)], origins };
}

function readEnvironment(
  root: string,
  given: Readonly<Record<string, string | undefined>>,
  problems: FieldProblem[],
): Map<string, string> {
  const file = path.join(root, '.env');
  const merged: Record<string, string | undefined> = {};
  if (existsSync(file)) {
    const text = readText(file);
    if (text === undefined) problems.push({ field: '.env', rule: 'must be a readable file' });
    else Object.assign(merged, parseEnv(text));
  }
  for (const [name, value] of Object.entries(given)) if (value !== '') merged[name] = value;
  return new Map(Object.entries(merged).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

function findInEnvironment(
  setting: NamedSetting,
  env: ReadonlyMap<string, string>,
  root: string,
  problems: FieldProblem[],
): Found | undefined {
  const direct = env.get(setting.env);
  const fileVariable = `${setting.env}_FILE`;
  const file = setting.secret ? env.get(fileVariable) : undefined;
  if (file === undefined) {
    return direct === undefined ? undefined : { origin: setting.env, value: setting.type.fromText(direct) };
  }
  if (direct !== undefined) {
    problems.push({ field: fileVariable, rule: `must not be set together with ${setting.env}` });
  }
  const text = readText(path.resolve(root, file))?.replace(/\r?\n$/, '');
  if (!text) {
    problems.push({ field: fileVariable, rule: 'must name a readable file that is not empty' });
    return { origin: fileVariable, value: setting.default };
  }
  return { origin: fileVariable, value: setting.type.fromText(text) };
}

function findInFiles(
  setting: NamedSetting,
  values: ReadonlyMap<string, { file: string; value: unknown }>,
): Found | undefined {
  const entry = values.get(setting.path);
  return entry && { origin: `${setting.path} in ${entry.file}`, value: setting.type.fromYaml(entry.value) };
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) !== undefined) return undefined;
    throw error;
  }
}

function invalid(problems: readonly FieldProblem[]): AppError {
  const lines = problems.map(({ field, rule }) => `  ${field} ${rule}`);
  return new AppError('config_invalid', `the configuration has mistakes:\n${lines.join('\n')}`, {
    details: problems,
  });
}

function unknownVariables(env: ReadonlyMap<string, string>): string[] {
  const settings = listSettings();
  const known = [
    ...settings.map((setting) => setting.env),
    ...settings.filter((setting) => setting.secret).map((setting) => `${setting.env}_FILE`),
    ...OTHER_VARIABLES,
  ];
  return [...env.keys()]
    .filter((name) => name.startsWith('ROOFTOP_') && !known.includes(name))
    .map((name) => {
      const near = closest(name, known);
      return `${name} is not a setting of Rooftop${near ? `; did you mean ${near}?` : ''}`;
    });
}

function questionable(config: AppConfig): string[] {
  const password = config.admin.password;
  const warnings: string[] = [];
  if (password !== null && password.length < 8) warnings.push('admin.password is shorter than 8 characters');
  if (config.streaming.totalRingBytes < config.streaming.ringBytes) {
    warnings.push(
      'streaming.totalRingBytes is smaller than streaming.ringBytes: no stream can have a full ring',
    );
  }
  return warnings;
}
