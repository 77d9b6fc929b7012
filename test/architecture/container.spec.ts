import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { listSettings } from '../../src/platform/config/definitions.js';

const read = (file: string): string => readFileSync(path.resolve(process.cwd(), file), 'utf8');

interface Instruction {
  name: string;
  text: string;
}

/** Instructions of a Dockerfile, continued lines joined, comments left out. */
function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile.split('\n').filter((line) => !/^\s*#/.test(line));
  return lines
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...rest] = line.split(' ');
      return { name, text: rest.join(' ').trim() };
    });
}

/** What the ignore file lets through of a path, by the rules it uses here. */
function isSent(file: string, ignore: string): boolean {
  const allowed = ignore.split('\n').filter((line) => line.startsWith('!'));
  return allowed.some((line) => {
    const place = line.slice(1);
    return file === place || file.startsWith(`${place}/`) || place.startsWith(`${file}/`);
  });
}

describe('the image', () => {
  const all = instructionsOf(read('Dockerfile'));
  const from = all.map(({ name }) => name).lastIndexOf('FROM');
  const runtime = all.slice(from);
  const texts = (name: string): string[] => runtime.filter((i) => i.name === name).map(({ text }) => text);

  it('knows every instruction', () => {
    const known = [
      'ARG',
      'FROM',
      'WORKDIR',
      'RUN',
      'COPY',
      'ENV',
      'VOLUME',
      'EXPOSE',
      'USER',
      'HEALTHCHECK',
      'STOPSIGNAL',
      'CMD',
    ];
    expect(all.filter(({ name }) => !known.includes(name))).toEqual([]);
    expect(all.filter(({ name }) => name === 'FROM')).toHaveLength(2);
  });

  it('stands on a long-term support release at least as new as the project demands', () => {
    const major = Number(/^NODE_IMAGE=node:(\d+)-\w+-slim$/.exec(all[0]?.text ?? '')?.[1]);
    expect(major % 2).toBe(0);
    expect(major).toBeGreaterThanOrEqual(24);
  });

  it('does not run as root', () => {
    expect(texts('USER')).toEqual(['1000:1000']);
    const order = runtime.map(({ name }) => name);
    expect(order.lastIndexOf('USER')).toBeGreaterThan(order.lastIndexOf('RUN'));
  });

  it('keeps what changes in volumes', () => {
    expect(JSON.parse(texts('VOLUME')[0] ?? '')).toEqual(['/app/data', '/app/logs', '/app/config']);
  });

  it('checks its health and gets signals itself', () => {
    expect(texts('HEALTHCHECK')[0]).toContain('CMD ["node", "scripts/healthcheck.mjs"]');
    expect(JSON.parse(texts('CMD')[0] ?? '')).toEqual(['node', 'dist/src/main.js']);
    expect(texts('STOPSIGNAL')).toEqual(['SIGTERM']);
  });

  it('copies only what exists and is sent', () => {
    const ignore = read('.dockerignore');
    const copied = all
      .filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from='))
      .flatMap(({ text }) => text.split(' ').slice(0, -1));
    expect(copied).toContain('src');
    for (const file of copied) {
      expect([file, existsSync(path.resolve(process.cwd(), file))]).toEqual([file, true]);
      expect([file, isSent(file, ignore)]).toEqual([file, true]);
    }
    for (const file of ['.env', 'data', 'logs', 'config/local.yml', '.git', 'node_modules']) {
      expect([file, isSent(file, ignore)]).toEqual([file, false]);
    }
  });

  it('holds no secrets', () => {
    const secrets = listSettings().filter(({ secret }) => secret);
    for (const { env } of secrets) expect(read('Dockerfile')).not.toContain(env);
  });
});

describe('the compose file', () => {
  const { services, volumes } = parse(read('docker-compose.yml'));
  const { rooftop, postgres } = services;

  it('takes every right away that the server does not need', () => {
    expect(rooftop).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      tmpfs: ['/tmp'],
      restart: 'unless-stopped',
    });
    expect(rooftop).not.toHaveProperty('privileged');
    expect(rooftop).not.toHaveProperty('user');
  });

  it('keeps the folders of the image', () => {
    const mounts: string[] = rooftop.volumes;
    expect(mounts.map((mount) => mount.split(':')[1]).sort()).toEqual([
      '/app/config',
      '/app/data',
      '/app/logs',
    ]);
    const named = [...mounts, ...(postgres.volumes as string[])].map((mount) => mount.split(':')[0] ?? '');
    for (const name of named.filter((mount) => !mount.startsWith('.'))) expect(volumes).toHaveProperty(name);
  });

  it('offers PostgreSQL as a profile, and waits until it is well', () => {
    expect(postgres.profiles).toEqual(['postgres']);
    expect(postgres.healthcheck.test).toContain('pg_isready');
    expect(rooftop.depends_on.postgres).toEqual({ condition: 'service_healthy', required: false });
  });

  it('holds no secrets and only known settings', () => {
    const known = listSettings().map(({ env }) => env);
    const secrets = listSettings().filter(({ secret }) => secret);
    for (const name of Object.keys(rooftop.environment)) expect(known).toContain(name);
    for (const { env } of secrets) expect(rooftop.environment).not.toHaveProperty(env);
    expect(postgres.environment.POSTGRES_PASSWORD).toBe('${POSTGRES_PASSWORD:-}');
  });

  it('publishes the port the image exposes', () => {
    expect(rooftop.ports).toEqual(['${ROOFTOP_PORT:-8080}:8080']);
    expect(rooftop.environment.ROOFTOP_PORT).toBe('8080');
    expect(postgres).not.toHaveProperty('ports');
  });
});
