// Channels of countries that a guide has nothing to do with.
import { SCORES, type GuideVerdict } from './guide-candidates.js';

/** A verdict, and whether it rests on a name in a guide that does not tell its country. */
export interface Judged {
  verdict: GuideVerdict;
  country: string | null;
  isGuess: boolean;
}

/** A country with this many channels in the lists, of which a guide knows fewer than these, is not a country of the guide. */
const MIN_OF_COUNTRY = 5;
const MIN_SHARE_OF_COUNTRY = 0.15;

/**
 * A guide that does not tell its country but knows one of fifty Japanese channels is no Japanese guide: "AXN" of Japan is not
 * its "AXN". What rests on a name alone is left to a person there.
 */
export function withoutStrangers(judged: readonly Judged[]): GuideVerdict[] {
  const countries = new Map<string | null, { total: number; linked: number }>();
  for (const { verdict, country } of judged) {
    const counts = countries.get(country) ?? { total: 0, linked: 0 };
    countries.set(country, counts);
    counts.total++;
    if (verdict.kind === 'link') counts.linked++;
  }
  return judged.map(({ verdict, country, isGuess }) => {
    const { total = 0, linked = 0 } = countries.get(country) ?? {};
    const isStranger =
      total >= MIN_OF_COUNTRY && linked < MIN_OF_COUNTRY && linked < total * MIN_SHARE_OF_COUNTRY;
    if (verdict.kind !== 'link' || country === null || !isGuess || !isStranger) return verdict;
    const { channel, link } = verdict;
    const reason = `the guide knows hardly any channel of ${country}`;
    return {
      kind: 'review',
      channel,
      reason,
      candidates: [{ ...link, score: Math.min(link.score, SCORES.open) }],
    };
  });
}
