import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError } from '../errors/app-error.js';
import { listSettings } from './definitions.js';
import type { LoadedConfig } from './load-config.js';
import { loadConfig } from './load-config.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'rooftop-config-'));
  mkdirSync(path.join(root, 'config'));
});
afterEach(() => rmSync(root, { recursive: true }));

function load(env: Record<string, string> = {}, files: Record<string, string> = {}): LoadedConfig {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(root, name), text);
  return loadConfig({ env, rootDir: root });
}

function failure(env: Record<string, string> = {}, files: Record<string, string> = {}): AppError {
  try {
    load(env, files);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

const fields = (error: AppError): string[] => error.details.map(({ field }) => field);

describe('loadConfig', () => {
  it('runs without any configuration', () => {
    const { config, warnings, origins } = load();
    expect(config.server).toEqual({
      host: '0.0.0.0',
      port: 8080,
      publicUrl: null,
      trustedProxies: [],
      timezone: 'UTC',
    });
    expect(config.dataDir).toBe(path.join(root, 'data'));
    expect(config.logDir).toBe(path.join(root, 'logs'));
    expect(config.database.url).toBeNull();
    expect(config.admin).toEqual({ username: 'owner', password: null });
    expect(config.sources.allowPrivate).toBe(false);
    expect(warnings).toEqual([]);
    expect(origins.size).toBe(0);
  });

  it('takes the environment over .env over later files over earlier files', () => {
    const { config, origins } = load(
      { ROOFTOP_PORT: '1' },
      {
        '.env': 'ROOFTOP_PORT=2\nROOFTOP_HOST="127.0.0.1" # here only\n',
        'config/a.yml': 'server: { port: 3, host: a, timezone: Europe/Rome }\nlog: { level: debug }\n',
        'config/b.yaml': 'server: { port: 4, timezone: Europe/Madrid }\n',
      },
    );
    expect(config.server.port).toBe(1);
    expect(config.server.host).toBe('127.0.0.1');
    expect(config.server.timezone).toBe('Europe/Madrid');
    expect(config.log.level).toBe('debug');
    expect(origins.get('server.port')).toBe('ROOFTOP_PORT');
    expect(origins.get('log.level')).toBe('log.level in a.yml');
  });

  it('counts an empty variable and an empty YAML value as not set', () => {
    const { config } = load({ ROOFTOP_PORT: '' }, { 'config/a.yml': 'server:\n  port:\nadmin:\n' });
    expect(config.server.port).toBe(8080);
  });

  it('reads every kind of value from text and from YAML', () => {
    const fromText = load({
      ROOFTOP_PUBLIC_URL: 'https://tv.example.org/',
      ROOFTOP_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8,::1',
      ROOFTOP_ACESTREAM_ENGINES: 'http://one:6878/,http://two:6878',
      ROOFTOP_ALLOW_PRIVATE_SOURCES: 'Yes',
      ROOFTOP_STREAMING_RING_BYTES: '32MiB',
      ROOFTOP_SOURCES_SHRINK_THRESHOLD: '.25',
      ROOFTOP_DATABASE_URL: 'postgres://rooftop:pw@db/rooftop',
    }).config;
    const fromYaml = load(
      {},
      {
        'config/a.yml': [
          'server: { publicUrl: https://tv.example.org, trustedProxies: [127.0.0.1, 10.0.0.0/8, "::1"] }',
          'acestream: { engines: "http://one:6878, http://two:6878" }',
          'sources: { allowPrivate: true, shrinkThreshold: 0.25 }',
          'streaming: { ringBytes: 33554432 }',
          'database: { url: "postgres://rooftop:pw@db/rooftop" }',
        ].join('\n'),
      },
    ).config;
    expect(fromText).toEqual(fromYaml);
    expect(fromText.acestream.engines).toEqual(['http://one:6878', 'http://two:6878']);
    expect(fromText.streaming.ringBytes).toBe(32 * 1024 ** 2);
    expect(load({ ROOFTOP_ACESTREAM_ENGINES: 'none' }).config.acestream.engines).toEqual([]);
  });

  it('names all mistakes at once, with origin and rule', () => {
    const error = failure(
      { ROOFTOP_PORT: 'eighty', ROOFTOP_LOG_LEVEL: 'loud', ROOFTOP_TIMEZONE: 'Mars/Olympus' },
      { 'config/a.yml': 'streaming: { ringBytes: 12 }\nauth: { accessTokenMinutes: soon }\n' },
    );
    expect(error.code).toBe('config_invalid');
    expect(fields(error).sort()).toEqual([
      'ROOFTOP_LOG_LEVEL',
      'ROOFTOP_PORT',
      'ROOFTOP_TIMEZONE',
      'auth.accessTokenMinutes in a.yml',
      'streaming.ringBytes in a.yml',
    ]);
    expect(error.message).toContain('ROOFTOP_PORT must be a whole number from 0 to 65535');
    for (const value of ['eighty', 'loud', 'Olympus', 'soon']) expect(error.message).not.toContain(value);
  });

  it('refuses unknown YAML names with a suggestion and warns of unknown variables', () => {
    const error = failure({}, { 'config/a.yml': 'server: { prot: 1 }\nstreeming: {}\n' });
    expect(error.details).toEqual([
      { field: 'server.prot in a.yml', rule: 'is not a setting; did you mean server.port?' },
      { field: 'streeming in a.yml', rule: 'is not a setting; did you mean streaming?' },
    ]);
    writeFileSync(path.join(root, 'config/a.yml'), '');
    expect(load({ ROOFTOP_PROT: '1', ROOFTOP_ZEBRA: '2', PATH: '/bin' }).warnings).toEqual([
      'ROOFTOP_PROT is not a setting of Rooftop; did you mean ROOFTOP_PORT?',
      'ROOFTOP_ZEBRA is not a setting of Rooftop',
    ]);
  });

  it('refuses broken YAML without quoting it', () => {
    const error = failure(
      {},
      {
        'config/a.yml': 'admin:\n  password: "hunter22\n',
        'config/b.yml': 'server: 5\n',
        'config/c.yml': '- list\n',
        'config/d.yml': 'server: { port: *nowhere }\n',
        'config/e.yml': 'admin:\n  password: 0123456789\n',
        'config/f.yml': `# ${'x'.repeat(1024 * 1024)}\n`,
      },
    );
    expect(fields(error)).toEqual(
      expect.arrayContaining(['a.yml', 'server in b.yml', 'c.yml', 'd.yml', 'f.yml']),
    );
    expect(fields(error)).toContain('admin.password in e.yml');
    expect(error.message).not.toContain('hunter22');
    expect(error.message).not.toContain('123456789');
  });

  it('reads secrets from files', () => {
    const { config, origins } = load(
      { ROOFTOP_ADMIN_PASSWORD_FILE: 'secret', ROOFTOP_TMDB_KEY_FILE: path.join(root, 'key') },
      { secret: 'letmein!\n', key: 'abc\r\n' },
    );
    expect(config.admin.password).toBe('letmein!');
    expect(config.tmdb.key).toBe('abc');
    expect(origins.get('tmdb.key')).toBe('ROOFTOP_TMDB_KEY_FILE');
    expect(config.secrets().sort()).toEqual(['abc', 'letmein!']);
  });

  it('refuses a secret given twice, from nowhere, or too long', () => {
    const error = failure({
      ROOFTOP_ADMIN_PASSWORD: 'x'.repeat(73),
      ROOFTOP_TMDB_KEY: 'abc',
      ROOFTOP_TMDB_KEY_FILE: 'nowhere',
    });
    expect(fields(error).sort()).toEqual([
      'ROOFTOP_ADMIN_PASSWORD',
      'ROOFTOP_TMDB_KEY_FILE',
      'ROOFTOP_TMDB_KEY_FILE',
    ]);
  });

  it('looks in another configuration folder, which then has to exist', () => {
    mkdirSync(path.join(root, 'elsewhere'));
    const files = { 'elsewhere/x.yml': 'server: { port: 5 }\n', 'config/x.yml': 'server: { port: 6 }\n' };
    expect(load({ ROOFTOP_CONFIG_DIR: 'elsewhere' }, files).config.server.port).toBe(5);
    expect(fields(failure({ ROOFTOP_CONFIG_DIR: 'nowhere' }))).toEqual(['ROOFTOP_CONFIG_DIR']);
    rmSync(path.join(root, 'config'), { recursive: true });
    expect(load().config.server.port).toBe(8080);
  });

  it('names a file that is no readable file', () => {
    mkdirSync(path.join(root, 'config', 'folder.yml'));
    expect(fields(failure())).toEqual(['folder.yml']);
  });

  it('warns of a short password and of rings that cannot be', () => {
    const { warnings } = load({
      ROOFTOP_ADMIN_PASSWORD: 'short',
      ROOFTOP_STREAMING_TOTAL_RING_BYTES: '1MiB',
    });
    expect(warnings).toHaveLength(2);
    expect(warnings.join()).not.toContain('short,');
  });

  it('never shows a value, whatever is given', () => {
    const variables = fc.constantFrom(...listSettings().map(({ env }) => env));
    // Marked so that the value cannot stand in a rule by chance.
    const value = fc.string({ unit: 'grapheme-ascii', minLength: 1 }).map((text) => `~${text}~`);
    fc.assert(
      fc.property(fc.dictionary(variables, value, { minKeys: 1 }), (env) => {
        try {
          load(env);
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          for (const text of Object.values(env)) expect((error as Error).message).not.toContain(text);
        }
      }),
    );
  });
});
