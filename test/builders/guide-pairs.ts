// The labelled set of channels and guide channels: read, split in two halves, judged.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import type { ChannelEntry, GuideEntry, GuideVerdict } from '../../src/core/match/guide-candidates.js';
import { matchGuide } from '../../src/core/match/guide-matcher.js';

const FOLDER = 'test/fixtures/guide-pairs';

/**
 * same: this guide channel; shifted: this one at another hour; either: linking it is neither right nor wrong (an edition, a
 * name that only insiders know); none: the guide does not have it.
 */
export type Label = 'same' | 'shifted' | 'either' | 'none';

export interface LabelledChannel {
  name: string;
  tvgId: string;
  label: Label;
  /** Ids of the guide that are right. */
  right: readonly string[];
}

export interface LabelledCountry {
  country: string;
  guide: { id: string; names: string[] }[];
  channels: LabelledChannel[];
}

/** Rules may be looked at on the tuned half alone; the other one only judges. */
export type Half = 'tuned' | 'untuned';

export interface Mistake {
  country: string;
  name: string;
  wanted: string;
  got: string;
}

export interface Judgement {
  channels: number;
  linked: number;
  right: number;
  wrong: Mistake[];
  /** Channels with an entry in the guide that were not linked to it. */
  missed: Mistake[];
  precision: number;
  recall: number;
}

export function readGuidePairs(): LabelledCountry[] {
  const countries = readdirSync(FOLDER).flatMap((file) => /^(\w+)\.guide\.tsv$/.exec(file)?.[1] ?? []);
  return countries.sort().map((country) => ({
    country,
    guide: rows(`${country}.guide.tsv`).map(([id = '', ...names]) => ({ id, names })),
    channels: rows(`${country}.channels.tsv`).map(([name = '', tvgId = '', label = '', right = '']) => ({
      ...{ name, tvgId, label: label as Label, right: right === '' ? [] : right.split('|') },
    })),
  }));
}

function rows(file: string): string[][] {
  const lines = readFileSync(`${FOLDER}/${file}`, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => line.split('\t'));
}

/** By the name alone, so that a channel stays in its half whatever is added. */
export function halfOf(country: string, name: string): Half {
  const digest = createHash('sha256').update(`${country}\n${name}`).digest();
  return (digest[0] ?? 0) % 2 === 0 ? 'tuned' : 'untuned';
}

/** One guide of all countries, as the big public ones are: channels of other countries stand in the way. */
export function inOneGuide(countries: readonly LabelledCountry[]): LabelledCountry[] {
  const prefixed = (country: string, id: string): string => `${country}/${id}`;
  const guide = countries.flatMap(({ country, guide: own }) =>
    own.map(({ id, names }) => ({ id: prefixed(country, id), names })),
  );
  return countries.map(({ country, channels }) => ({
    country,
    guide,
    channels: channels.map((channel) => ({
      ...channel,
      right: channel.right.map((id) => prefixed(country, id)),
    })),
  }));
}

/** Matches every country's channels against its guide, and counts one half; `ids` = as the lists have them, or left out. */
export function judge(countries: readonly LabelledCountry[], half: Half, ids: 'with' | 'without'): Judgement {
  const wrong: Mistake[] = [];
  const missed: Mistake[] = [];
  let [channels, linked, right] = [0, 0, 0];
  for (const { country, guide, channels: labelled } of countries) {
    const verdicts = matchGuide(wanted(labelled, ids), entries(guide));
    labelled.forEach((channel, at) => {
      const verdict = verdicts[at];
      if (halfOf(country, channel.name) !== half || verdict === undefined) return;
      channels++;
      const judged = judgeOne(channel, verdict, guide);
      if (judged !== 'nothing' && judged !== 'either' && judged !== 'missed') linked++;
      const mistake = {
        country,
        name: channel.name,
        wanted: `${channel.label} ${channel.right.join('|')}`,
        got: said(verdict, guide),
      };
      if (judged === 'right') right++;
      if (judged === 'wrong') wrong.push(mistake);
      if (
        (judged === 'wrong' || judged === 'missed') &&
        channel.label !== 'none' &&
        channel.label !== 'either'
      ) {
        missed.push(mistake);
      }
    });
  }
  return {
    channels,
    linked,
    right,
    wrong,
    missed,
    precision: right / linked,
    recall: right / (right + missed.length),
  };
}

function wanted(channels: readonly LabelledChannel[], ids: 'with' | 'without'): ChannelEntry[] {
  return channels.map(({ name, tvgId }, ref) => ({ ref, name, guideId: ids === 'with' ? tvgId : '' }));
}

function entries(guide: LabelledCountry['guide']): GuideEntry[] {
  return guide.map(({ id, names }, ref) => ({ ref, guideId: id, names, programmes: 1 }));
}

function judgeOne(
  { label, right }: LabelledChannel,
  verdict: GuideVerdict,
  guide: LabelledCountry['guide'],
): 'right' | 'wrong' | 'missed' | 'either' | 'nothing' {
  if (verdict.kind !== 'link') return label === 'same' || label === 'shifted' ? 'missed' : 'nothing';
  const { link } = verdict;
  if (!right.includes(guide[link.guide]?.id ?? '')) return 'wrong';
  if (label === 'either') return 'either';
  return (label === 'shifted') === (link.shiftMinutes !== 0) ? 'right' : 'wrong';
}

function said(verdict: GuideVerdict, guide: LabelledCountry['guide']): string {
  const id = (ref: number): string => guide[ref]?.id ?? '?';
  if (verdict.kind === 'none') return 'none';
  if (verdict.kind === 'link') {
    return `link ${id(verdict.link.guide)} (${verdict.link.score}, ${verdict.link.reason})`;
  }
  return `review: ${verdict.candidates.map(({ guide: ref, score }) => `${id(ref)} ${score}`).join(', ')}`;
}
