// Lists in: entries and megabytes per CPU second, against iptv-playlist-parser in the same run.
// node build/test/bench/lists.bench.js [entries]. Each line is the best of three rounds, in CPU time, so that a busy machine counts little.
import { createRequire } from 'node:module';
import { parseList } from '../../src/core/lists/parse-list.js';
import type { FoundEntry } from '../../src/core/lists/types.js';
import { groupAlternates } from '../../src/core/match/alternates.js';

const ROUNDS = 3;
const entries = Number(process.argv[2] ?? 200_000);

/** As panels write them: about 320 bytes an entry, a third of them AceStream, three addresses a channel. */
function makeList(): string {
  const lines = Array.from({ length: entries }, (_, at) => {
    const channel = Math.floor(at / 3);
    const quality = ['', ' HD', ' FHD'][at % 3] ?? '';
    const id = at.toString(16).padStart(8, '0').repeat(5);
    const address =
      at % 3 === 0
        ? `http://127.0.0.1:6878/ace/getstream?id=${id}`
        : `http://panel.example:8080/live/user${at % 50}/secret/${at}.ts`;
    return (
      `#EXTINF:-1 tvg-id="station${channel}.example" tvg-name="Station ${channel}" tvg-logo="http://logos.example/pictures/` +
      `tv/${channel}/station-${channel}-light.png" tvg-country="ES" tvg-language="Spanish" catchup="shift" catchup-days="3" ` +
      `group-title="Группа ${channel % 80}",Канал ${channel}${quality}\n${address}\n`
    );
  });
  return `#EXTM3U url-tvg="http://guide.example/epg.xml.gz"\n${lines.join('')}`;
}

function report(name: string, bytes: number, run: () => number): void {
  let best = Infinity;
  let result = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    result = run();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1000);
  }
  const perSecond = Math.round((entries / best) * 1000).toLocaleString('en');
  const rate = (bytes / 1000 / best).toFixed(1);
  process.stdout.write(
    `${name.padEnd(48)} ${best.toFixed(0).padStart(7)} ms ${perSecond.padStart(10)} entries/s ${rate.padStart(7)} MB/s  → ${result}\n`,
  );
}

const text = makeList();
const utf8 = Buffer.from(text);
const wide = Buffer.from(text, 'utf16le');
const limits = { maxEntries: entries, maxDocumentLength: 512 * 1024 * 1024 };
process.stdout.write(`${entries} entries, ${(utf8.length / 1e6).toFixed(1)} MB, Node ${process.version}\n`);

let found: FoundEntry[] = [];
report('M3U, UTF-8 bytes → entries', utf8.length, () => {
  found = parseList(utf8, { limits }).entries;
  return found.length;
});
report('M3U, text → entries', utf8.length, () => parseList([text], { limits }).entries.length);
report(
  'M3U, UTF-16 bytes → entries',
  wide.length,
  () => parseList(Buffer.concat([Buffer.of(0xff, 0xfe), wide]), { limits }).entries.length,
);
report('entries → candidates', utf8.length, () => groupAlternates(found, { by: 'tvg-id-then-name' }).length);
const json = Buffer.from(
  JSON.stringify({
    links: found.map(({ name, group, locator, tvgId }) => ({
      name,
      group,
      url: locator.locator,
      tvg_id: tvgId,
    })),
  }),
);
report('JSON of the same entries', json.length, () => parseList(json, { limits }).entries.length);
process.stdout.write(
  `peak memory of this process so far: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB\n`,
);

// Last: it adds methods to String.prototype.
const other = createRequire(import.meta.url)('iptv-playlist-parser') as {
  parse: (text: string) => { items: unknown[] };
};
report('iptv-playlist-parser, text → items', utf8.length, () => other.parse(text).items.length);
