import { describe, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';

/** A browser for tests of web players. */
export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Comes with the XMLTV tools, which would fetch one otherwise. */
export const XMLTV_DTD = '/usr/share/xmltv/xmltv.dtd';

/** Programs and servers that some suites need. CI has them and names them in ROOFTOP_REQUIRE_SERVICES. */
export type Service = 'postgres' | 'ffmpeg' | 'mpv' | 'vlc' | 'chromium' | 'shared-data' | 'xmltv-tools';

/** A server whose user may make and drop databases. */
export const POSTGRES_URL =
  process.env.ROOFTOP_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

const CONNECT_MS = 2000;

const REACHED: Record<Service, () => boolean> = {
  postgres: () => succeeds(process.execPath, ['-e', connectProbe(new URL(POSTGRES_URL))]),
  ffmpeg: () => succeeds('ffmpeg', ['-version']) && succeeds('ffprobe', ['-version']),
  chromium: () => succeeds(CHROMIUM, ['--version']),
  mpv: () => succeeds('mpv', ['--version']),
  // As root it tells not even its version.
  vlc: () => succeeds('sh', ['-c', 'command -v cvlc']),
  'xmltv-tools': () => succeeds('sh', ['-c', `command -v tv_validate_file && test -r ${XMLTV_DTD}`]),
  'shared-data': () =>
    succeeds(process.execPath, ['-e', `require('fs').accessSync('../shared/data/INDEX.md')`]),
};

/**
 * Runs a suite that needs a service. Where it is not there the suite is reported as skipped with the reason; where
 * it is required it fails.
 */
export function describeWithService(service: Service, name: string, body: () => void): void {
  if (REACHED[service]()) {
    describe(name, body);
  } else if (isRequired(service)) {
    describe(name, () => {
      it(`needs ${service}, which is required here`, () => {
        throw new Error(`${service} is named in ROOFTOP_REQUIRE_SERVICES and cannot be reached`);
      });
    });
  } else {
    process.stderr.write(`skipped: "${name}" needs ${service}, which is not here\n`);
    // The suite is not declared: what it declares may come from the service.
    describe.skip(name, () => {
      it(`needs ${service}`, () => {
        throw new Error(`${service} is not here`);
      });
    });
  }
}

function isRequired(service: Service): boolean {
  return (process.env.ROOFTOP_REQUIRE_SERVICES ?? '').split(',').includes(service);
}

function succeeds(command: string, args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: CONNECT_MS * 2 }).status === 0;
}

/** Suites are declared synchronously, so the look at the port happens in a process of its own. */
function connectProbe({ hostname, port }: URL): string {
  return `const s=require('net').connect(${Number(port || 5432)},${JSON.stringify(hostname)});s.setTimeout(${CONNECT_MS},()=>process.exit(1));s.on('error',()=>process.exit(1));s.on('connect',()=>process.exit(0))`;
}
