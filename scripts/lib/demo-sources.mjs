// The world the demo shows Rooftop: an AceStream engine, a host of plain HTTP channels and a host of lists and
// guides, all of them simulated and on loopback. They come from the compiled test fakes.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './prepare.mjs';
import { testPattern } from './test-pattern.mjs';

/** `via`: where a channel's bytes come from; two of them = an alternate stands behind the first. */
export const DEMO_CHANNELS = [
  { number: 1, name: 'Rooftop One', group: 'News', via: ['acestream'] },
  { number: 2, name: 'Rooftop Two', group: 'Films', via: ['acestream'] },
  { number: 3, name: 'Rooftop Three', group: 'Sport', via: ['http'] },
  { number: 4, name: 'Rooftop Four', group: 'Sport', via: ['acestream', 'http'] },
];

const PROGRAMMES = [
  ['Morning on the roof', 'What the antennas heard overnight.'],
  ['The weather from above', 'Clouds, wind and a look at the chimneys.'],
  ['Cables and connectors', 'A series about things that hold the world together.'],
  ['Pigeons', 'A film without words.'],
  ['Evening concert', 'A single tone, played with great patience.'],
];
const PROGRAMME_MINUTES = 30;
const GUIDE_HOURS = { past: 6, future: 48 };

/** Starts everything; `close` ends it. `mediaFolder` keeps the pictures from one demo to the next. */
export async function openDemoSources({ mediaFolder, encoder = 'auto', say = () => {} }) {
  const files = new Map();
  let made = 'builtin';
  for (const { number, name } of DEMO_CHANNELS) {
    const pattern = await testPattern({ folder: mediaFolder, number, name, encoder });
    if (pattern.made) say(`made the picture of ${name} (${pattern.encoder})`);
    files.set(number, pattern.file);
    made = pattern.encoder;
  }
  const engine = await openEngine(files);
  const http = await openHttpHost(files);
  const lists = await openLists(engine, http);
  return {
    engineUrl: engine.url,
    listUrl: `${lists.url}/channels.m3u`,
    guideUrl: `${lists.url}/guide.xml`,
    encoder: made,
    close: () => Promise.all([engine.close(), http.close(), lists.close()]),
  };
}

async function fake(file) {
  return import(pathToFileURL(path.join(root, 'build', 'test', 'fakes', file)).href);
}

async function openEngine(files) {
  const { createSim } = await fake('engine-simulator/engine-simulator.js');
  const contents = DEMO_CHANNELS.filter(({ via }) => via.includes('acestream')).map(({ number, name }) => ({
    name,
    file: files.get(number),
  }));
  return createSim({ contents, startDelayMs: 150, prebufMs: 800, burstSeconds: 8, burstOverSeconds: 2 });
}

async function openHttpHost(files) {
  const { createHttpTsHost } = await fake('http-ts-host.js');
  const { TsFileSource } = await fake('media/ts-file-source.js');
  const channels = DEMO_CHANNELS.filter(({ via }) => via.includes('http')).map(({ number, name }) => ({
    name,
    media: () => new TsFileSource(files.get(number), { flagSeam: false }),
  }));
  return createHttpTsHost({ channels });
}

async function openLists(engine, http) {
  const { createListHost } = await fake('list-host.js');
  const lists = await createListHost();
  const guideUrl = lists.put('/guide.xml', { body: () => guideText(Date.now()), contentType: 'text/xml' });
  const addressOf = {
    acestream: ({ name }) => `acestream://${engine.control.contentOf(name).contentId}`,
    http: ({ name }) => http.urlOf(name),
  };
  const entries = DEMO_CHANNELS.flatMap((channel) =>
    channel.via.map((kind) => `${listLine(channel)}\n${addressOf[kind](channel)}`),
  );
  const list = `#EXTM3U x-tvg-url="${guideUrl}"\n${entries.join('\n')}\n`;
  lists.put('/channels.m3u', { body: list, contentType: 'audio/x-mpegurl' });
  return lists;
}

function guideId({ number }) {
  return `rooftop-${number}.demo`;
}

function listLine(channel) {
  const fields = `tvg-id="${guideId(channel)}" tvg-chno="${channel.number}" group-title="${channel.group}"`;
  return `#EXTINF:-1 ${fields},${channel.name}`;
}

/** An XMLTV guide of the demo channels, with programmes before and after `now` (ms). */
export function guideText(now) {
  const step = PROGRAMME_MINUTES * 60_000;
  const first = Math.floor((now - GUIDE_HOURS.past * 3_600_000) / step);
  const count = ((GUIDE_HOURS.past + GUIDE_HOURS.future) * 60) / PROGRAMME_MINUTES;
  const channels = DEMO_CHANNELS.map(
    (channel) =>
      `  <channel id="${guideId(channel)}"><display-name>${channel.name}</display-name></channel>\n`,
  );
  const programmes = DEMO_CHANNELS.flatMap((channel) =>
    Array.from({ length: count }, (_, index) => {
      const slot = first + index;
      const [title, text] = PROGRAMMES[(slot + channel.number) % PROGRAMMES.length];
      const times = `start="${xmltvTime(slot * step)}" stop="${xmltvTime((slot + 1) * step)}"`;
      return `  <programme ${times} channel="${guideId(channel)}"><title lang="en">${title}</title><desc lang="en">${text}</desc></programme>\n`;
    }),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<tv generator-info-name="Rooftop demo">\n${channels.join('')}${programmes.join('')}</tv>\n`;
}

function xmltvTime(ms) {
  return `${new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14)} +0000`;
}
