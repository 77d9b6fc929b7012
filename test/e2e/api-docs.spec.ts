import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { lintDocument, routesOf, type ApiDocument } from '../builders/openapi-lint.js';
import { TestStore } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';

describe('the description of the API', () => {
  const store = new TestStore('sqlite');
  let house: AdminHouse;
  let document: ApiDocument;
  let served: { method: string; path: string }[];

  beforeAll(async () => {
    await store.make();
    served = [];
    house = await AdminHouse.open(store, { onRoute: (route) => served.push(route) });
    const answer = await house.ask('get', '/api/docs-json', null);
    expect(answer.status).toBe(200);
    document = answer.body as ApiDocument;
  });
  afterAll(async () => {
    await house.close();
    await store.drop();
  });

  it('is sound', () => {
    expect(document.openapi).toMatch(/^3\./);
    expect(document.info.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(lintDocument(document)).toEqual([]);
    expect(JSON.stringify(document)).toContain('uses the TMDB API but is not endorsed or certified by TMDB');
  });

  it('passes a linter of others', async () => {
    const file = path.join(store.dataDir, 'openapi.json');
    await writeFile(file, JSON.stringify(document));
    const linter = path.resolve('node_modules', '@redocly', 'cli', 'bin', 'cli.js');
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [linter, 'lint', file, '--extends=recommended', '--format=json'],
      {
        encoding: 'utf8',
        env: { ...process.env, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
      },
    );
    expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringContaining('"totals"') });
    const { problems } = JSON.parse(stdout) as {
      problems: { severity: string; message: string; location: { pointer: string }[] }[];
    };
    const errors = problems.filter(({ severity }) => severity === 'error');
    expect(errors.map(({ message, location }) => `${location[0]?.pointer ?? ''}: ${message}`)).toEqual([]);
  });

  it('has every route of the APIs, and no other', () => {
    const described = routesOf(document).map(({ method, path }) => `${method} ${path}`);
    const real = served
      .filter(
        ({ path, method }) =>
          /^\/api\/(?:admin|movies|genres|persons)/.test(path) && method !== 'HEAD' && method !== 'OPTIONS',
      )
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect(real.length).toBeGreaterThan(35);
    expect(described.sort()).toEqual([...new Set(real)].sort());
  });

  it('names the error answers of every route', () => {
    const open = ['/api/admin/auth/login', '/api/admin/auth/refresh'];
    const missing = routesOf(document).flatMap(({ method, path, operation }) => {
      const expected = ['401', '403', '500'];
      if (path.includes('{')) expected.push('400', '404');
      if (operation.requestBody) expected.push('400', '413', '415');
      if (operation.parameters?.some((parameter) => parameter.in === 'query')) expected.push('400');
      if (path === '/api/admin/auth/refresh') expected.splice(expected.indexOf('403'), 1);
      const isOpen = open.includes(path) || !path.startsWith('/api/admin');
      const lacking = expected.filter((code) => !(code in operation.responses));
      const isSecured = operation.security?.some((scheme) => 'token' in scheme) ?? false;
      return [
        ...lacking.map((code) => `${method} ${path} does not name ${code}`),
        ...(isSecured === isOpen ? [`${method} ${path}: security`] : []),
      ];
    });
    expect(missing).toEqual([]);
  });

  it('gives every error the one form', () => {
    const odd = routesOf(document).flatMap(({ method, path, operation }) =>
      Object.entries(operation.responses)
        .filter(([code]) => Number(code) >= 400)
        .filter(([, answer]) => {
          const schema = answer.content?.['application/json']?.schema;
          return schema?.$ref !== '#/components/schemas/ErrorDto';
        })
        .map(([code]) => `${method} ${path} ${code}`),
    );
    expect(odd).toEqual([]);
  });

  it('shows a page that needs nothing from elsewhere', async () => {
    for (const path of ['/api/docs', '/api/docs/']) {
      const page = await house.ask('get', path, null);
      expect(page.status).toBe(200);
      expect(page.headers['content-security-policy']).toContain("default-src 'none'");
      const addresses = [...page.text.matchAll(/(?:src|href|data-document)="([^"]+)"/g)].map(
        ([, address]) => address,
      );
      expect(addresses.length).toBe(5);
      for (const address of addresses) {
        const url = new URL(address ?? '', `http://rooftop.test${path}`);
        expect(url.host).toBe('rooftop.test');
        expect([url.pathname, (await house.ask('get', url.pathname, null)).status]).toEqual([
          url.pathname,
          200,
        ]);
      }
    }
  });

  it.each([
    '/api/docs/..%2f..%2fpackage.json',
    '/api/docs/%2e%2e%2f%2e%2e%2fpackage.json',
    '/api/docs/nothing.js',
  ])('does not hand out %s', async (path) => {
    const answer = await house.ask('get', path, null);
    expect([400, 404]).toContain(answer.status);
    expect(answer.text).not.toContain('"dependencies"');
  });
});
