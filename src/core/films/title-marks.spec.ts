import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readTitle } from './title-marks.js';

describe('readTitle', () => {
  it.each([
    ['Х/ф "Стоун".', 'Стоун', 'film'],
    ['х/ф Успех', 'Успех', 'film'],
    ['К/ф «Берегись автомобиля»', 'Берегись автомобиля', 'film'],
    ['Художественный фильм "Она".', 'Она', 'film'],
    ['Фильм: Сталкер', 'Сталкер', 'film'],
    ['Film: Casablanca', 'Casablanca', 'film'],
    ['Scannán: Quiz Show', 'Quiz Show', 'film'],
    ['Movie - Heat', 'Heat', 'film'],
    ['Премьера. Х/ф "Лёд".', 'Лёд', 'film'],
    ['М/ф "Обида" для взрослых.', '"Обида" для взрослых', 'animation'],
    ['Т/с "След". "Неповинная".', '"След". "Неповинная"', 'series'],
    ['Д/ф "Огненный экипаж".', 'Огненный экипаж', 'documentary'],
    ['Фильмография', 'Фильмография', null],
    ['Film', 'Film', null],
    ['Кино', 'Кино', null],
    ['Cinema Paradiso', 'Cinema Paradiso', null],
  ])('takes the mark from %j', (written, title, mark) => {
    expect(readTitle(written)).toMatchObject({ title, mark });
  });

  it.each([
    'Плакса. 1-я серия',
    'Из Ирландии в Сидней любыми средствами.5-я серия',
    'Знахарь. 1-я - 8-я серии.',
    'Бoй c тенью (1-я серия)',
    'СашаТаня. Сезон 7. 202-я серия',
    'Т/с "Вызов". Фильм 5. "Инкубационный период".',
    'Лесник. Своя земля (Живой труп: Часть 2-я)',
    'I Dream of Jeannie S5E133',
    'S7 E10 Im Revier der Kannibalen',
    'Espejo Público T19 E4522',
    'Comisario Montalbano T12',
    'Camping Paradis (Les bleus font du ski) S12 (4/4)',
    '¡Guaypaut!: Episodio 7',
    'Il Commissario: Serie 1, Episodio 2',
    'Águila Roja. Capítulo 3',
  ])('sees an episode in %j', (written) => {
    expect(readTitle(written).part).toBe('episode');
  });

  it.each([
    'Х/ф "Шатун". 1 с.',
    'х/ф Три в одном 6. 2 с.',
    'Х/ф "Бойся". 1-4 с.',
    'Х/ф "Дом". 3 и 4 с.',
    'Х/ф "Она". 2 ч.',
  ])('sees one part of several in %j', (written) => {
    expect(readTitle(written).part).toBe('part');
  });

  it.each([
    'Мисс Конгениальность 2: Прекрасна и опасна',
    'Призрачный гонщик-2',
    '28 дней спустя',
    '3 дня на убийство',
    'Ocean’s 11',
    'Star Wars: Episode One',
    'Terminator 2',
    'T2 Trainspotting',
    'Восемнадцатый год',
  ])('sees no part in %j', (written) => {
    expect(readTitle(written)).toMatchObject({ part: null, title: written });
  });

  it('reads year, age, the other title and remarks, and leaves the title', () => {
    expect(readTitle('Ёлки 5 (2016)')).toMatchObject({ title: 'Ёлки 5', year: 2016 });
    expect(readTitle('Х/ф "Брат" (16+)')).toMatchObject({ title: 'Брат', ageLimit: 16 });
    expect(readTitle('Брат 18+')).toMatchObject({ title: 'Брат', ageLimit: 18 });
    expect(readTitle('Canal 2+2')).toMatchObject({ title: 'Canal 2+2', ageLimit: null });
    expect(readTitle('El hoyo (AKA The Platform)')).toMatchObject({
      title: 'El hoyo',
      originalTitle: 'The Platform',
    });
    expect(readTitle('Брат / Brother')).toMatchObject({ title: 'Брат', originalTitle: 'Brother' });
    expect(readTitle('Face / Off')).toMatchObject({ title: 'Face / Off', originalTitle: '' });
    expect(readTitle('Street Kings DE').title).toBe('Street Kings');
    expect(readTitle('Вечер (с субтитрами).').title).toBe('Вечер');
    expect(readTitle('E.T.').title).toBe('E.T.');
    expect(readTitle('&#34;Скрытые угрозы&#34;').title).toBe('Скрытые угрозы');
    expect(readTitle('«Один» и «Два»').title).toBe('«Один» и «Два»');
  });

  it('never throws and never grows a title', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), (text) => {
        expect(readTitle(text).title.length).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});
