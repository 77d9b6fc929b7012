import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GuideEntry, GuideVerdict } from './guide-candidates.js';
import { matchGuide } from './guide-matcher.js';

type GuideSpec = string | readonly [id: string, ...names: string[]];

function guideOf(specs: readonly GuideSpec[]): GuideEntry[] {
  return specs.map((spec, ref) => {
    const [guideId, ...names] = typeof spec === 'string' ? ['', spec] : spec;
    return { ref, guideId, names, programmes: 1 };
  });
}

/** "Name" or "Name|guide id" against a guide. */
function match(channel: string, ...guide: GuideSpec[]): GuideVerdict {
  return matchAll([channel], ...guide)[0] ?? { kind: 'none', channel: -1 };
}

function matchAll(channels: readonly string[], ...guide: GuideSpec[]): GuideVerdict[] {
  const wanted = channels.map((channel, ref) => {
    const [name = '', guideId = ''] = channel.split('|');
    return { ref, name, guideId };
  });
  return matchGuide(wanted, guideOf(guide));
}

/** The linked entry of the guide, or what else was said. */
function linked(verdict: GuideVerdict | undefined): number | string {
  return verdict?.kind === 'link' ? verdict.link.guide : (verdict?.kind ?? 'nothing');
}

describe('matchGuide by id', () => {
  it.each<[string, GuideSpec]>([
    ['First|one.uk', ['one.uk', 'First']],
    ['First|ONE.uk@SD', ['one.uk', 'First']],
    ['Renamed|one.uk', ['one.uk', 'First']],
    ['Первый|perviy', ['perviy', 'Channel One']],
    ['X|bbc1.uk', ['BBCOne.uk', 'BBC One London']],
    ['X|BBCOne.uk', ['4711', 'BBC 1']],
  ])('links %s to %s', (channel, guide) => {
    expect(match(channel, 'Other', guide)).toMatchObject({ kind: 'link', link: { guide: 1, origin: 'id' } });
  });

  it('goes before a name that is nearly the same, not before the same name', () => {
    expect(linked(match('WDR|wdr', ['a', 'WDR TV'], ['wdr', 'West']))).toBe(1);
    expect(linked(match('WDR Aachen|b', ['a', 'WDR Aachen'], ['b', 'WDR Fernsehen']))).toBe(0);
    expect(linked(match('Cartoonito|b', ['a', 'Cartoonito'], ['b', 'Boomerang']))).toBe(0);
  });

  it('is not believed against the numbers of the names', () => {
    expect(match('Event 9|event7.de', ['event7.de', 'Event 7'])).toMatchObject({
      kind: 'review',
      reason: 'the list names its guide id, “event7.de”, but that is “Event 7”',
      candidates: [{ guide: 0 }],
    });
  });

  it('is believed of a guide that tells no names, unless it is a bare number', () => {
    expect(linked(match('Sport 2|sport2.de', ['sport2.de']))).toBe(0);
    expect(linked(match('Das Zweite|two.de', ['two.de']))).toBe(0);
    expect(match('Film 4|4', ['4'])).toMatchObject({
      kind: 'review',
      reason: 'the list names its guide id, “4”, which says little, and the guide tells no name',
    });
  });

  it('is not believed where it is a bare number and the names differ', () => {
    expect(linked(match('Premiere|4', ['4', 'Sports']))).toBe('review');
    expect(linked(match('Premiere|4', ['4', 'Premiere HD']))).toBe(0);
  });

  it('is not believed where the name says more, or in another script without its country', () => {
    expect(linked(match('France 24 Español|France24.fr', ['f24', 'France 24']))).toBe('review');
    expect(linked(match('TeleCinco Trelew|Telecinco.ar', ['Telecinco', 'Telecinco']))).toBe('review');
    expect(linked(match('ТНТ|TNT.ru', ['TNT', 'TNT']))).not.toBe(0);
    expect(linked(match('DW|DWEnglish.de', ['dw', 'DW English']))).toBe(0);
  });

  it('keeps what stands behind an at-sign, unless it is a picture', () => {
    expect(linked(match('X|France24.fr@HD', ['France24.fr@SD', 'France 24']))).toBe(0);
    expect(linked(match('France 24 Español|France24.fr@Spanish', ['France24.fr', 'France 24']))).not.toBe(0);
  });

  it('says nothing where it stands for none', () => {
    expect(linked(match('A|none', ['none', 'B']))).toBe('none');
  });
});

describe('matchGuide by name', () => {
  it.each([
    ['Rai Uno HD', 'Rai 1'],
    ['Rai 1', 'RaiUno'],
    ['Первый (HD)', 'Первый канал'],
    ['1 канал', 'Первый канал'],
    ['Пятый канал', '5 канал'],
    ['DE: Das Erste FHD', 'Das Erste'],
    ['RU ★ НТВ', 'НТВ'],
    ['UK | Channel 4 HD', 'Channel 4'],
    ['CTC HD', 'СТС'],
    ['K1', 'К1'],
    ['Match! Futbol 3', 'Матч! Футбол 3'],
    ['112 Україна', '112 Украина'],
    ['Chicago - NBC 5 News', 'NBC 5 Chicago News'],
    ['Canal + Sport', 'CANAL+ SPORT'],
    ['M. Deportes 3', 'Movistar Deportes 3'],
    ['ORF III', 'ORF 3'],
    ['Мир Белагорья', 'Мир Белогорья'],
    ['RMC Life (ex-Chérie 25)', 'RMC Life'],
    ['7News Boston (WHDH)', 'WHDH'],
  ])('%s is %s', (channel, guide) => {
    expect(linked(match(channel, 'Something else', guide))).toBe(1);
  });

  it.each([
    ['Sport 1', 'Sport 11'],
    ['Sky Sport 1', 'Sky Sport 2'],
    ['Discovery', 'Discovery Science'],
    ['TV1000', 'TV1000 Action'],
    ['France 3', 'France 3 Alsace'],
    ['Channel 4', '4'],
    ['Пятый канал', 'Channel 5'],
    ['Canal 44', 'Channel 44'],
    ['Travel TV', 'Travel Channel'],
    ['RTL+ 1', 'RTL 1'],
    ['Canal', 'Canal+'],
    ['BBC Radio 1', 'BBC 1'],
    ['TV3', 'ТВ-3'],
    ['TNT', 'ТНТ'],
    ['Radio 105', 'Radio 105 TV'],
    ['HBO West', 'HBO East'],
    ['Губерния (Самара)', 'Губерния Воронеж'],
  ])('%s is not %s', (channel, guide) => {
    expect(match(channel, guide).kind).not.toBe('link');
    expect(match(guide, channel).kind).not.toBe('link');
  });

  it('never crosses countries, neighbours apart', () => {
    expect(linked(match('Nova|nova.bg', ['nova.es', 'Nova']))).toBe('none');
    expect(linked(match('[ES] DAZN 1', ['dazn1.de', 'DAZN 1']))).toBe('none');
    expect(linked(match('ORF 2|orf2.de', ['ORFzwei.at', 'ORF 2']))).toBe(0);
    expect(linked(match('НТВ Плюс Спорт', ['ntv.tr', 'NTV Plus Sport']))).not.toBe(0);
  });

  it('links no channel by name where the guide knows hardly any of its country', () => {
    const strangers = ['Nova', 'Btv', 'Kino', 'Diema', 'Ring', 'City', 'Folklor'];
    const channels = strangers.map((name) => `${name}|${name}.bg`);
    const [nova] = matchAll(channels, 'Nova', 'Antena 3', 'Cuatro');
    expect(nova).toMatchObject({ kind: 'review', reason: 'the guide knows hardly any channel of BG' });
    expect(matchAll(channels, ...strangers).every(({ kind }) => kind === 'link')).toBe(true);
    expect(linked(matchAll(channels, ['Nova.bg', 'Nova'])[0])).toBe(0);
  });

  it('takes the town of a name for granted only where there is no other', () => {
    expect(linked(match('Губерния 33 (Владимир)', 'Губерния 33'))).toBe(0);
    expect(linked(match('Россия 1 (Тамбов)', 'Россия 1', 'Россия 1 Курск'))).toBe('review');
    expect(matchAll(['Россия 1 (Тамбов)', 'Россия 1'], 'Россия 1').map(linked)).toEqual(['review', 0]);
  });

  it('leaves two equal ones to a person, best first, unless country, picture or programmes tell', () => {
    expect(match('DMAX', ['dmax.it', 'DMAX'], ['dmax.de', 'DMAX'])).toMatchObject({
      kind: 'review',
      reason: '2 guide channels fit equally well',
      candidates: [
        { guide: 0, score: 0.99 },
        { guide: 1, score: 0.99 },
      ],
    });
    expect(linked(match('IT: DMAX', ['dmax.it', 'DMAX'], ['dmax.de', 'DMAX']))).toBe(0);
    expect(linked(match('First HD', 'First', 'First HD'))).toBe(1);
    expect(linked(match('First', 'First', 'First HD'))).toBe(0);
    const [empty, full] = guideOf(['First', 'First']);
    const guide = [{ ...(empty ?? full), programmes: 0 }, full].flatMap((entry) =>
      entry === undefined ? [] : [entry as GuideEntry],
    );
    expect(linked(matchGuide([{ ref: 0, name: 'First', guideId: '' }], guide)[0])).toBe(1);
  });

  it('offers what is close, and never more than asked for', () => {
    const guide = Array.from({ length: 9 }, (_, at) => `Planet Sport ${at + 2}`);
    const verdict = match('Planet Sport', ...guide, 'Planet Nature');
    expect(verdict).toMatchObject({ kind: 'review' });
    expect(verdict.kind === 'review' && verdict.candidates.length).toBe(5);
    expect(verdict.kind === 'review' && verdict.candidates.every(({ score }) => score < 0.85)).toBe(true);
  });
});

describe('matchGuide with a time shift', () => {
  it('takes the own guide of a "+1", else that of its base an hour later', () => {
    expect(match('ITV2 +1', 'ITV2', 'ITV2 +1')).toMatchObject({ link: { guide: 1, shiftMinutes: 0 } });
    expect(match('Film4+1 HD', 'Film4')).toMatchObject({
      kind: 'link',
      link: {
        guide: 0,
        shiftMinutes: 60,
        reason: 'same name, “Film4”; no guide of its own, so an hour later',
      },
    });
    expect(match('Film4 +1|film4.uk', ['film4.uk', 'Film4'])).toMatchObject({ link: { shiftMinutes: 60 } });
  });

  it('knows that Russian channels are named by the zone they are made for', () => {
    expect(match('Пятница (+2)', 'Пятница')).toMatchObject({ kind: 'link', link: { shiftMinutes: -120 } });
  });
});

describe('matchGuide on anything', () => {
  it('answers for every channel in order, links within bounds and the same at every call', () => {
    const word = fc.constantFrom(
      ...['Sport', '1', '+1', 'HD', '[ES]', 'ТВ', 'Первый', 'Movistar', '(', 'é', 'BBC', 'One'],
    );
    const name = fc.oneof(
      fc.array(word, { maxLength: 5 }).map((words) => words.join(' ')),
      fc.string({ unit: 'grapheme', maxLength: 20 }),
    );
    const id = fc.constantFrom('', 'a', '4', 'bbc1.uk', 'BBCOne.uk', 'none', '..');
    fc.assert(
      fc.property(
        fc.array(fc.record({ name, guideId: id }), { maxLength: 12 }),
        fc.array(fc.record({ names: fc.array(name, { maxLength: 3 }), guideId: id }), { maxLength: 12 }),
        (channels, entries) => {
          const wanted = channels.map((channel, ref) => ({ ref, ...channel }));
          const guide = entries.map((entry, ref) => ({ ref, programmes: 1, ...entry }));
          const verdicts = matchGuide(wanted, guide);
          expect(verdicts.map(({ channel }) => channel)).toEqual(wanted.map(({ ref }) => ref));
          for (const verdict of verdicts) {
            const candidates =
              verdict.kind === 'link' ? [verdict.link] : verdict.kind === 'review' ? verdict.candidates : [];
            for (const { score, reason } of candidates) {
              expect(score).toBeGreaterThan(0);
              expect(score).toBeLessThanOrEqual(1);
              expect(reason).not.toBe('');
            }
          }
          expect(matchGuide(wanted, guide)).toEqual(verdicts);
        },
      ),
    );
  });
});
