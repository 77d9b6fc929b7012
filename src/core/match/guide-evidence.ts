// What speaks against taking two names for one channel.
import type { Hit, IndexedGuide } from './guide-index.js';
import { STEPS, type GuideName } from './guide-name.js';

const MIN_ACROSS_SCRIPTS = 5;

/** Both have numbers, and none of the guide's names has those of the channel. A guide without names contradicts nothing. */
export function contradicts(name: GuideName, guide: IndexedGuide): boolean {
  if (name.numbers === '') return false;
  return (
    guide.names.length > 0 && guide.names.every(({ numbers }) => numbers !== '' && numbers !== name.numbers)
  );
}

/** "France 24 Español" under the id "France24": the name says more than the id, so the id is that of another channel. */
export function saysMore(name: GuideName, id: GuideName): boolean {
  const [spelling = ''] = name.keys;
  const [idSpelling = ''] = id.keys;
  if (idSpelling.length > 3 && spelling.length > idSpelling.length && spelling.startsWith(idSpelling)) {
    return ![...name.keys].some((key, step) => key !== '' && key === id.keys[step]);
  }
  const shared = [...name.sounds].filter((sound) => id.sounds.has(sound));
  return shared.length > 0 && shared.length < name.sounds.size && shared.length === id.sounds.size;
}

/** "ТНТ" with the id "TNT.ru" is not any "TNT": a short id in another script needs the country. */
export function isBacked(wanted: { name: GuideName; country: string | null }, hit: Hit): boolean {
  const { name, country } = wanted;
  if (country !== null && hit.guide.country === country) return true;
  return name.isCyrillic === hit.name.isCyrillic || letters(hit.name) >= MIN_ACROSS_SCRIPTS;
}

function letters({ sounds }: GuideName): number {
  return [...sounds].join('').replace(/\d/g, '').length;
}

/** "ТВ-3" and "TV3" are written alike once "ТВ" is "TV": across scripts there must be more to a name than that. */
export function hasSubstance(step: number, name: GuideName, other: GuideName): boolean {
  if (name.isCyrillic === other.isCyrillic || STEPS[step] === 'looks') return true;
  return letters(name) >= MIN_ACROSS_SCRIPTS;
}
