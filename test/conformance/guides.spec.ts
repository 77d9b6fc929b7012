import { expect, it } from '@jest/globals';
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { Parser } from 'htmlparser2';
import { finishChannel } from '../../src/core/guide/finish.js';
import { JsonGuideReader } from '../../src/core/guide/json-guide.js';
import { XmltvReader } from '../../src/core/xmltv/reader.js';
import type { GuideProgramme, GuideSummary } from '../../src/core/xmltv/types.js';
import { unpack } from '../../src/epg/unpack.js';
import { describeWithService } from '../fakes/services.js';

const FOLDER = '../shared/data/xmltv';
const PROJECT = `${FOLDER}/xmltv-project`;
const JSON_FOLDER = '../shared/data/json';

const COUNTED = ['title', 'sub-title', 'desc', 'category', 'episode-num', 'rating', 'date'] as const;
type Counts = Record<'channels' | 'programmes' | (typeof COUNTED)[number], number>;

function noCounts(): Counts {
  return {
    channels: 0,
    programmes: 0,
    title: 0,
    'sub-title': 0,
    desc: 0,
    category: 0,
    'episode-num': 0,
    rating: 0,
    date: 0,
  };
}

/** What a guide holds, by htmlparser2 and nothing of ours: elements that say something, directly inside a programme. */
class Truth {
  readonly counts = noCounts();
  private readonly path: string[] = [];
  private text = '';
  private readonly decoder = new TextDecoder();
  private readonly parser = new Parser(
    {
      onopentag: (name) => {
        if (name === 'channel') this.counts.channels++;
        if (name === 'programme') this.counts.programmes++;
        this.path.push(name);
        if (this.path.length === 3) this.text = '';
      },
      ontext: (text) => (this.text += text),
      onclosetag: (name) => {
        const counted = COUNTED.find((element) => element === name);
        if (counted && this.path.length === 3 && this.path[1] === 'programme' && this.says(counted)) {
          this.counts[counted]++;
        }
        this.path.pop();
      },
    },
    { xmlMode: true },
  );

  write(chunk: Uint8Array): void {
    this.parser.write(this.decoder.decode(chunk, { stream: true }));
  }

  private says(element: string): boolean {
    // 19700101 means that nobody knows.
    return element === 'date' ? /^\s*(?!19700101)\d{4}/.test(this.text) : this.text.trim() !== '';
  }
}

function countOf(programmes: readonly GuideProgramme[], channels: number): Counts {
  const sum = (of: (programme: GuideProgramme) => number): number =>
    programmes.reduce((all, one) => all + of(one), 0);
  return {
    channels,
    programmes: programmes.length,
    title: sum(({ titles }) => titles.length),
    'sub-title': sum(({ subTitles }) => subTitles?.length ?? 0),
    desc: sum(({ descriptions }) => descriptions?.length ?? 0),
    category: sum(({ categories }) => categories?.length ?? 0),
    'episode-num': sum(({ episodes }) => episodes?.length ?? 0),
    rating: sum(({ ratings }) => ratings?.length ?? 0),
    date: sum(({ date }) => (date === undefined ? 0 : 1)),
  };
}

function finish(programmes: readonly GuideProgramme[]): string {
  const byChannel = new Map<string, GuideProgramme[]>();
  for (const programme of programmes) {
    const own = byChannel.get(programme.channelId);
    if (own) own.push(programme);
    else byChannel.set(programme.channelId, [programme]);
  }
  const total = { programmes: 0, duplicate: 0, rival: 0, 'no-stop': 0, overlap: 0 };
  for (const own of byChannel.values()) {
    total.programmes += finishChannel(own, { onProblem: (problem) => total[problem]++ }).length;
  }
  expect(total.programmes + total.duplicate + total.rival).toBe(programmes.length);
  return Object.entries(total)
    .filter(([, count]) => count > 0)
    .map(([key, count]) => `${count} ${key}`)
    .join(', ');
}

function tell(
  file: string,
  { channels, programmes, encoding, problemsBy }: GuideSummary,
  finished: string,
): void {
  const problems = JSON.stringify(problemsBy);
  process.stdout.write(
    `${file}: ${channels} channels, ${programmes} programmes, ${encoding} ${problems} → ${finished}\n`,
  );
}

describeWithService('shared-data', 'recorded XMLTV guides', () => {
  const files = [FOLDER, PROJECT].flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => /\.xml(?:\.\w+)?$/.test(file))
      .map((file) => `${folder}/${file}`),
  );

  it('are there', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  it.each(files)('%s is read in full', async (file) => {
    const truth = new Truth();
    const programmes: GuideProgramme[] = [];
    const reader = new XmltvReader({
      channel: () => {},
      programme: (programme) => programmes.push(programme),
    });
    for await (const chunk of unpack(createReadStream(file))) {
      truth.write(chunk);
      reader.write(chunk);
    }
    const summary = reader.end();
    tell(file.slice(FOLDER.length + 1), summary, finish(programmes));
    expect(countOf(programmes, summary.channels)).toEqual(truth.counts);
    expect(summary.isTruncated).toBe(false);
  });
});

describeWithService('shared-data', 'recorded JSON guides', () => {
  const read = (file: string): { summary: GuideSummary; programmes: GuideProgramme[] } => {
    const programmes: GuideProgramme[] = [];
    const reader = new JsonGuideReader(
      { channel: () => {}, programme: (programme) => programmes.push(programme) },
      { channelId: 'asked', defaultZone: 'Europe/Moscow' },
    );
    reader.write(readFileSync(`${JSON_FOLDER}/${file}`));
    return { summary: reader.end(), programmes };
  };

  it.each([
    ['yandex_tv_schedule_1.json', 11, 313, /"startTime"/g],
    ['mailru_schedule.json', 1, 24, /"start_ts"/g],
    ['epg_site_teleboy.ch.json', 1, 35, /"begin"/g],
    ['epg_site_pluto.tv.json', 0, 48, /"stop"/g],
    ['epg_site_movistarplus.es.json', 1, 21, /"FechaHoraFin"/g],
    ['epg_site_tvguide.com.json', 151, 597, /"programDetails"/g],
    ['ctc_ru_schedule.json', 0, 12, /"startTime":"/g],
    ['epg_site_guidatv.sky.it.json', 154, 0, /"nothing"/g],
    ['limehd_playlist_sample.json', 9, 9, /"timestart"/g],
  ])('%s is read in full', (file, channels, expected, mark) => {
    const { summary, programmes } = read(file);
    tell(file, summary, finish(programmes));
    expect(readFileSync(`${JSON_FOLDER}/${file}`, 'utf8').match(mark)?.length ?? 0).toBe(expected);
    expect({ channels: summary.channels, programmes: summary.programmes }).toEqual({
      channels,
      programmes: expected,
    });
  });
});
