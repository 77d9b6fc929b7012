import { describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { listSettings } from '../../src/platform/config/definitions.js';
import { loadConfig, OTHER_VARIABLES } from '../../src/platform/config/load-config.js';
import { renderDocuments } from './config-documents.js';

const read = (file: string): string => readFileSync(path.resolve(process.cwd(), file), 'utf8');

describe('the documents of the configuration', () => {
  const rendered = renderDocuments(read('docs/configuration.md'));

  it.each(Object.keys(rendered))(
    '%s says what the code does (else: node scripts/config-docs.mjs)',
    (file) => {
      expect(read(file)).toBe(rendered[file]);
    },
  );

  it('names every variable of the page in the code, and the other way round', () => {
    const named = new Set(read('docs/configuration.md').match(/ROOFTOP_[A-Z0-9_]+/g));
    const settings = listSettings();
    const known = [
      ...settings.map((setting) => setting.env),
      ...settings.filter((setting) => setting.secret).map((setting) => `${setting.env}_FILE`),
      ...OTHER_VARIABLES,
    ];
    expect([...named].sort()).toEqual(known.sort());
  });

  it('documents every variable that any file of the project reads', () => {
    const known = new Set(read('docs/configuration.md').match(/ROOFTOP_[A-Z0-9_]+/g));
    const folders = ['src', 'test', 'scripts', 'bin', 'migrations'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => path.join(folder, name)),
    );
    const files = [
      ...folders.filter((file) => /\.(ts|mjs)$/.test(file)),
      'Dockerfile',
      'docker-compose.yml',
      '.ci/run',
    ];
    const unknown = files
      .filter((file) => !file.endsWith('.spec.ts'))
      .flatMap((file) =>
        (read(file).match(/ROOFTOP_[A-Z][A-Z0-9_]+/g) ?? []).map((name) => `${file}: ${name}`),
      )
      .filter((entry) => !known.has(entry.split(': ')[1] ?? ''));
    expect(unknown).toEqual([]);
  });

  it('gives the defaults when every line of the sample file is switched on', () => {
    const root = mkdtempSync(path.join(tmpdir(), 'rooftop-'));
    try {
      const sample = read('config/default.yml')
        .replace(/^##.*$/gm, '')
        .replace(/^#/gm, '');
      const plain = loadConfig({ env: {}, rootDir: root });
      mkdirSync(path.join(root, 'config'));
      writeFileSync(path.join(root, 'config', 'default.yml'), sample);
      const loaded = loadConfig({ env: {}, rootDir: root });
      expect(loaded.config).toEqual(plain.config);
      expect(loaded.origins.size).toBe(listSettings().filter((setting) => setting.default !== null).length);
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it('gives the defaults when every line of .env.example is switched on', () => {
    const env = parseEnv(read('.env.example').replace(/^#(?=[A-Z_]+=)/gm, ''));
    expect(Object.keys(env).filter((name) => name.startsWith('ROOFTOP_'))).toHaveLength(
      listSettings().length,
    );
    const rootDir = path.join(tmpdir(), 'rooftop-without-files');
    expect(loadConfig({ env, rootDir }).config).toEqual(loadConfig({ env: {}, rootDir }).config);
  });

  it('has one variable and one path per setting', () => {
    const settings = listSettings();
    expect(new Set(settings.map(({ env }) => env)).size).toBe(settings.length);
    expect(new Set(settings.map(({ path: place }) => place)).size).toBe(settings.length);
  });
});
