import { networkInterfaces } from 'node:os';
import qrcode from 'qrcode';
import type { AppConfig } from './platform/config/app-config.js';

export interface FirstAdministrator {
  username: string;
  /** null = it came from the environment, so its owner knows it. */
  password: string | null;
}

/** What a person needs next, for the terminal only: it may show the first password, so it never enters a log. */
export async function welcomeText(
  config: AppConfig,
  port: number,
  first: FirstAdministrator | null,
): Promise<string> {
  const addresses = publicAddresses(config, port);
  const main = addresses.find((address) => !isLocal(address)) ?? addresses[0] ?? '';
  const lines = [
    '',
    `  Rooftop is running.`,
    '',
    ...addresses.map((address, index) => `  ${index === 0 ? 'Server    ' : '          '}  ${address}`),
    '',
    `  Player login  server ${main}, user name and password of a viewer (Xtream Codes login)`,
    `  Playlist      ${main}/get.php?username=NAME&password=PASSWORD&type=m3u_plus&output=ts`,
    `  Guide         ${main}/xmltv.php?username=NAME&password=PASSWORD`,
    `  Set-up page   ${main}/`,
    `  Admin API     ${main}/api/admin`,
    `  API docs      ${main}/api/docs`,
    '',
    ...firstRunLines(first),
    // Colours make it readable on dark terminals; into a file or a service log go plain blocks.
    await qrcode.toString(
      `${main}/`,
      process.stdout.isTTY ? { type: 'terminal', small: true } : { type: 'utf8' },
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function firstRunLines(first: FirstAdministrator | null): string[] {
  if (!first) return [];
  const password =
    first.password === null
      ? 'the one from ROOFTOP_ADMIN_PASSWORD'
      : `${first.password}   (shown this once: write it down)`;
  return [
    '  The administrator was made:',
    `    user name  ${first.username}`,
    `    password   ${password}`,
    '',
    '  Next: make a viewer and bring your channels in',
    '    npm run rooftop -- users add ana',
    '    npm run rooftop -- sources add http://… or a file',
    '    npm run rooftop -- sources refresh --all',
    '',
  ];
}

/** The configured address, else this machine's own: loopback first, then the local network. */
export function publicAddresses(config: AppConfig, port: number): string[] {
  if (config.server.publicUrl !== null) return [config.server.publicUrl];
  const { host } = config.server;
  if (host !== '0.0.0.0' && host !== '::') return [baseUrl(host, port)];
  const lan = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => baseUrl(address, port));
  return [baseUrl('localhost', port), ...lan];
}

function baseUrl(host: string, port: number): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${name}${port === 80 ? '' : `:${port}`}`;
}

function isLocal(address: string): boolean {
  return address.startsWith('http://localhost');
}
