// npm run demo: Rooftop with four channels that need no engine and no internet, ready to be opened in a player.
//   --port N          the port (also ROOFTOP_PORT); otherwise 8080 or the next free one
//   --encoder NAME    auto, ffmpeg or builtin: who makes the picture
//   --check           plays a little of every channel and ends
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { choosePort, demoEnvironment, DemoServer, open, refuseForeignDatabase } from './lib/demo-server.mjs';
import { DEMO_CHANNELS, openDemoSources } from './lib/demo-sources.mjs';
import { checkNode, ensureBuilt, ensureInstalled, root, say } from './lib/prepare.mjs';

const CHECK_BYTES = 200_000;

checkNode();
ensureInstalled();
ensureBuilt('production');
ensureBuilt('test');

const options = readOptions();
const closers = [];
const leaving = new AbortController();
const asked = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.once(signal, () => {
      leaving.abort(new Error('asked to end'));
      resolve();
    });
  }
});
try {
  refuseForeignDatabase();
  const demo = await openDemo(leaving.signal);
  process.stdout.write(welcome(demo));
  if (options.check) await checkChannels(demo);
  else await Promise.race([asked, failWhenServerEnds(demo.server)]);
} catch (error) {
  // After Ctrl-C half-made things fail; that is no news.
  if (!leaving.signal.aborted) {
    say(error.message);
    process.exitCode = 1;
  }
} finally {
  for (const close of closers.reverse()) await close();
}
process.exit();

function readOptions() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      encoder: { type: 'string', default: 'auto' },
      check: { type: 'boolean', default: false },
    },
  });
  const port = values.port ?? process.env.ROOFTOP_PORT;
  if (port && !/^\d{1,5}$/.test(port)) {
    say('--port needs a number');
    process.exit(2);
  }
  if (!['auto', 'ffmpeg', 'builtin'].includes(values.encoder)) {
    say('--encoder is auto, ffmpeg or builtin');
    process.exit(2);
  }
  return { ...values, port: port ? Number(port) : undefined };
}

async function openDemo(signal) {
  const folder = mkdtempSync(path.join(tmpdir(), 'rooftop-demo-'));
  closers.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const configFolder = path.join(folder, 'config');
  mkdirSync(configFolder);
  const mediaFolder = path.join(root, 'build', 'demo-media');
  const sources = await openDemoSources({ mediaFolder, encoder: options.encoder, say });
  closers.push(() => sources.close());
  const port = await choosePort(options.port);
  const adminPassword = randomBytes(6).toString('base64url');
  signal.throwIfAborted();
  const server = new DemoServer(
    demoEnvironment({ folder, configFolder, port, engineUrl: sources.engineUrl, adminPassword }),
  );
  closers.push(() => server.stop());
  await server.ready(`http://127.0.0.1:${port}`);
  const answers = [];
  for (const command of [
    ['users', 'add', 'demo'],
    ['sources', 'add', sources.listUrl, '--name', 'Demo channels'],
    ['sources', 'refresh', '--all'],
    ['guides', 'refresh', '--all'],
    ['channels', 'list'],
  ]) {
    signal.throwIfAborted();
    answers.push(await server.command(...command));
  }
  const user = answers[0];
  const channels = answers.at(-1);
  return { server, sources, port, folder, user, adminPassword, channels };
}

function failWhenServerEnds(server) {
  return server.ended.then((code) => {
    throw new Error(`the server ended with ${code}:\n${server.output}`);
  });
}

/** This machine by name, then the addresses under which others in the local network reach it. */
function addresses(port) {
  const lan = Object.values(networkInterfaces())
    .flat()
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => `http://${address}:${port}`);
  return [`http://localhost:${port}`, ...lan];
}

function welcome({ port, folder, user, adminPassword, channels, sources }) {
  const [local, ...lan] = addresses(port);
  const query = `username=${user.username}&password=${user.password}`;
  const streamOf = (base, { id }) => `${base}/live/${user.username}/${user.password}/${id}.ts`;
  const everywhere = (text) => [local, ...lan].map((base, index) => `    ${text(base, index)}`);
  const lines = [
    '',
    '  Rooftop plays. Ctrl-C ends the demo and removes everything it made.',
    '',
    '  Player login (Xtream Codes)',
    ...everywhere((base, index) => `server     ${base}${index === 0 ? '   (on this machine)' : ''}`),
    `    user name  ${user.username}`,
    `    password   ${user.password}`,
    '',
    '  Playlist',
    ...everywhere((base) => `${base}/get.php?${query}&type=m3u_plus&output=ts`),
    '  Guide',
    ...everywhere((base) => `${base}/xmltv.php?${query}`),
    `  One channel, for VLC or ffplay (${channels[0].name})`,
    ...everywhere((base) => streamOf(base, channels[0])),
    '',
    `  Channels      ${channels.map(({ num, name }) => `${num} ${name}`).join(', ')}`,
    `  Set-up page   ${local}/   administrator owner, password ${adminPassword}`,
    `  Picture       made by ${sources.encoder === 'ffmpeg' ? 'ffmpeg' : 'the built-in encoder (no ffmpeg here)'}`,
    `  Data and log  ${folder}`,
    '',
  ];
  return `${lines.join('\n')}\n`;
}

/** Opens every channel the way a player does and reads until there is enough. */
async function checkChannels({ port, user, channels }) {
  if (channels.length !== DEMO_CHANNELS.length) throw new Error(`${channels.length} channels were imported`);
  for (const { id, name } of channels) {
    const response = await open(`http://127.0.0.1:${port}/live/${user.username}/${user.password}/${id}.ts`);
    if (response.statusCode !== 200) throw new Error(`${name} answers ${response.statusCode}`);
    let bytes = 0;
    for await (const chunk of response) {
      if (bytes === 0 && chunk[0] !== 0x47) throw new Error(`${name} does not begin with a packet`);
      bytes += chunk.length;
      if (bytes >= CHECK_BYTES) break;
    }
    if (bytes < CHECK_BYTES) throw new Error(`${name} ended after ${bytes} bytes`);
    say(`${name} plays`);
  }
}
