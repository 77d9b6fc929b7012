import { randomBytes } from 'node:crypto';
import { accessSync, constants, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { AppError, describeError } from './errors/app-error.js';

export interface Secrets {
  /** Signs the administrators' access tokens. */
  tokenKey: string;
  /** Keys the digests of verified passwords. */
  digestKey: string;
}

/** Makes sure that the data folder exists and can be written. Throws `data_dir_unusable`. */
export function prepareDataFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new AppError(
      'data_dir_unusable',
      `the data folder ${dataDir} cannot be written (${describeError(error)}); change its owner or set ROOFTOP_DATA_DIR`,
      { cause: error },
    );
  }
}

/** Reads `secrets.json` of the data folder, or makes it (0600). Two processes that start together agree. */
export function loadSecrets(dataDir: string): Secrets {
  const file = path.join(dataDir, 'secrets.json');
  const known = readSecrets(file);
  if (known) return known;
  const fresh: Secrets = {
    tokenKey: randomBytes(48).toString('base64url'),
    digestKey: randomBytes(48).toString('base64url'),
  };
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600 });
  try {
    linkSync(temporary, file);
    return fresh;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readSecrets(file) ?? fresh;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function readSecrets(file: string): Secrets | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new AppError('data_dir_unusable', `${file} cannot be read (${describeError(error)})`, {
      cause: error,
    });
  }
  const value = parseSecrets(text);
  if (value) return value;
  throw new AppError('data_dir_unusable', `${file} is damaged; delete it and administrators log in again`);
}

function parseSecrets(text: string): Secrets | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { tokenKey, digestKey } = (value ?? {}) as Partial<Record<keyof Secrets, unknown>>;
  if (typeof tokenKey !== 'string' || typeof digestKey !== 'string') return undefined;
  return tokenKey.length >= 32 && digestKey.length >= 32 ? { tokenKey, digestKey } : undefined;
}
