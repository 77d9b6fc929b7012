import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

/** Room → what it may import besides itself. A path stands for everything below it. */
const ALLOWED: Record<string, readonly string[]> = {
  core: [],
  platform: ['core'],
  users: ['core', 'platform'],
  channels: ['core', 'platform'],
  scrapers: ['core', 'platform', 'channels'],
  'source-health': ['core', 'platform', 'channels'],
  epg: ['core', 'platform', 'channels', 'scrapers'],
  vod: ['core', 'platform', 'channels', 'scrapers', 'epg'],
  streaming: ['core', 'platform'],
  playback: ['core', 'platform', 'users', 'channels', 'scrapers', 'epg', 'vod', 'streaming', 'source-health'],
  checks: ['core', 'platform', 'channels', 'scrapers', 'streaming', 'source-health'],
  catalog: ['core', 'platform', 'users', 'channels', 'scrapers', 'epg', 'vod', 'streaming'],
  'faces/shared': ['core', 'platform', 'users'],
  'faces/xtream': ['core', 'platform', 'playback', 'catalog', 'users', 'faces/shared'],
  'faces/playlist': ['core', 'platform', 'catalog', 'users', 'faces/shared'],
  'faces/xmltv': ['core', 'platform', 'catalog', 'users', 'faces/shared'],
  'faces/live': ['core', 'platform', 'playback', 'users', 'faces/shared'],
  'faces/movies': ['core', 'platform', 'catalog', 'faces/shared'],
  'faces/health': ['core', 'platform', 'streaming', 'faces/shared'],
  'faces/posters': ['core', 'platform', 'faces/shared'],
  'faces/web': ['core', 'platform', 'faces/shared'],
  'faces/admin': [
    'core',
    'platform',
    'users',
    'channels',
    'scrapers',
    'epg',
    'vod',
    'streaming',
    'source-health',
    'checks',
    'playback',
    'catalog',
    'faces/shared',
  ],
  'faces/cli': [
    'core',
    'platform',
    'users',
    'channels',
    'scrapers',
    'epg',
    'vod',
    'streaming',
    'source-health',
    'checks',
    'playback',
    'catalog',
    'faces/shared',
  ],
};

/** Inside platform each part uses only the ones before it. */
const PLATFORM_ORDER = [
  'clock',
  'turns',
  'heap-growth',
  'thread-run',
  'version',
  'actor',
  'errors',
  'logging',
  'tokens',
  'lifecycle',
  'idle-threads',
  'restart',
  'config',
  'disk-room',
  'data-folder',
  'metrics',
  'readiness',
  'events',
  'cache',
  'http',
  'database',
  'audit',
  'jobs',
  'settings',
  'overview',
  'images',
  'web',
];

/** Packages that only some rooms may use. */
const PACKAGES: readonly { pattern: RegExp; rooms: readonly RegExp[] }[] = [
  {
    pattern: /^@nestjs\//,
    rooms: [
      /^(users|channels|scrapers|source-health|epg|vod|streaming|playback|checks|catalog|faces|platform)\//,
      /^[^/]+\.ts$/,
    ],
  },
  {
    pattern: /^typeorm$/,
    rooms: [/^platform\/database\//, /\.(repository|entity)\.ts$/, /^data-source\.ts$/],
  },
  { pattern: /^undici$/, rooms: [/^platform\/http\//, /^streaming\//] },
  {
    pattern: /^(node:)?fs(\/promises)?$/,
    rooms: [/^platform\//, /\.store\.ts$/, /^(main|cli)\.ts$/, /^faces\/cli\//],
  },
  { pattern: /^better-sqlite3$|^pg$/, rooms: [/^platform\/database\//] },
];
/** The pure core may use parsers and nothing that touches the outside. */
const CORE_PACKAGES =
  /^(cheerio|htmlparser2|domhandler|fast-xml-parser|iptv-playlist-parser|node:buffer|node:crypto|node:util|node:zlib)$/;

interface Import {
  from: string;
  to: string;
}

const sourceRoot = path.resolve(process.cwd(), 'src');
const files = readdirSync(sourceRoot, { recursive: true, encoding: 'utf8' })
  .map((file) => file.split(path.sep).join('/'))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
const imports = files.flatMap(importsOf);
const local = imports.filter(({ to }) => files.includes(to));
const packages = imports.filter(({ to }) => !files.includes(to) && !to.startsWith('.'));

describe('the rings', () => {
  it('reads a source tree', () => {
    expect(local.length).toBeGreaterThan(2);
  });

  it('resolves every relative import to a file', () => {
    expect(imports.filter(({ to }) => to.startsWith('./'))).toEqual([]);
  });

  it('lets imports point only downwards', () => {
    expect(local.filter((edge) => !isAllowed(edge)).map(show)).toEqual([]);
  });

  it('orders the parts of the platform', () => {
    const wrong = local.filter(({ from, to }) => {
      if (!from.startsWith('platform/') || !to.startsWith('platform/')) return false;
      return platformRank(to) > platformRank(from);
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('keeps packages in their rooms', () => {
    const wrong = packages.filter(({ from, to }) => {
      if (from.startsWith('core/')) return !CORE_PACKAGES.test(to);
      return PACKAGES.some(
        ({ pattern, rooms }) => pattern.test(to) && !rooms.some((room) => room.test(from)),
      );
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it('has no circle', () => {
    expect(findCycle()).toEqual([]);
  });
});

function importsOf(from: string): Import[] {
  const text = readFileSync(path.join(sourceRoot, from), 'utf8');
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => {
    if (!fileName.startsWith('.')) return { from, to: fileName };
    const target = path.relative(sourceRoot, path.resolve(sourceRoot, path.dirname(from), fileName));
    const file = target.split(path.sep).join('/').replace(/\.js$/, '.ts');
    return { from, to: files.includes(file) || file.startsWith('../migrations/') ? file : `./${file}` };
  });
}

function roomOf(file: string): string | undefined {
  const parts = file.split('/');
  if (parts.length === 1) return undefined;
  return parts[0] === 'faces' ? `faces/${parts[1] ?? ''}` : parts[0];
}

function isAllowed({ from, to }: Import): boolean {
  const room = roomOf(from);
  const target = roomOf(to);
  if (room === undefined) return true;
  if (target === undefined) return false;
  return room === target || (ALLOWED[room]?.includes(target) ?? false);
}

function platformRank(file: string): number {
  return PLATFORM_ORDER.indexOf(file.split('/')[1]?.replace(/\.ts$/, '') ?? '');
}

function findCycle(): string[] {
  const graph = new Map<string, string[]>();
  for (const { from, to } of local) graph.set(from, [...(graph.get(from) ?? []), to]);
  const done = new Set<string>();
  const walk = (file: string, trail: string[]): string[] => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return [];
    for (const next of graph.get(file) ?? []) {
      const cycle = walk(next, [...trail, file]);
      if (cycle.length > 0) return cycle;
    }
    done.add(file);
    return [];
  };
  for (const file of graph.keys()) {
    const cycle = walk(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

function show({ from, to }: Import): string {
  return `${from} → ${to}`;
}
