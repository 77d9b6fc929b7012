// Why two names were taken for one, in words for the operator.
import type { GuideName, Step } from './guide-name.js';

const MINUTES = 60;

export function reasonOfStep(step: Step, wanted: GuideName, other: GuideName): string {
  const both = `“${wanted.title}” and “${other.title}”`;
  switch (step) {
    case 'spelling':
      return `same name, “${other.title}”`;
    case 'words':
      return `same name spelt otherwise: ${both}`;
    case 'fillers':
      return `same name but for words like “TV”: ${both}`;
    case 'order':
      return `same words in another order: ${both}`;
    case 'looks':
      return `same letters in another script: ${both}`;
    case 'sound':
      return `same sound in another script: ${both}`;
  }
}

/**
 * The shift of a channel that shows its base channel at another hour. "+1" comes an hour later; the "+2" of Russian channels
 * names the zone they are made for (Moscow and two hours), so everything comes two hours earlier.
 */
export function reasonOfShift(reason: string, name: GuideName): { reason: string; shiftMinutes: number } {
  const { shiftHours, isCyrillic } = name;
  const hours = shiftHours === 1 ? 'an hour' : `${shiftHours} hours`;
  const when = isCyrillic ? 'earlier' : 'later';
  return {
    reason: `${reason}; no guide of its own, so ${hours} ${when}`,
    shiftMinutes: (isCyrillic ? -shiftHours : shiftHours) * MINUTES,
  };
}
