// The words guides use, folded (lower case, ё as е, no diacritics). A category is looked up whole and word by word.

const FILM = words(`
  movie movies film films feature spielfilm spielfilme kinofilm fernsehfilm tv-film tv-movie telefilm telefilms cine pelicula
  peliculas cinema filme filmes longa-metragem lungometraggio фильм фильмы х/ф к/ф худ.фильм кино кинофильм телефильм фiльм
  фільм фільми х/фильм elokuva speelfilm filmy scannan
`);

const FILM_PHRASES = [
  'feature film',
  'tv movie',
  'movie-drama',
  'all movies',
  'long metrage',
  'film tv',
  'художественный фильм',
  'художественные фильмы',
  'полнометражный фильм',
];

/** The first nibble of DVB's content codes, which guides put on everything fictional: says nothing. */
const VAGUE = ['general movie', 'movie/drama', 'movie, drama general', 'film/drama'];

const SERIES = words(`
  series serie serien serial serials serial seriado seriados seriale telenovela telenovelas novela soap soaps sitcom sitcoms
  episode miniserie miniseries mini-series feuilleton сериал сериалы телесериал т/с м/с д/с мультсериал минисериал серiал серіал серіали
  anime daily
`);

const DOCUMENTARY = words(`
  documentary documentaries documental documentales documentaire documentaires dokumentation doku dokumentarfilm documentario
  documentari documentarios д/ф документальный документальные документальное познавательное factual
`);

const SPORT = words(`
  sport sports deporte deportes desporto esporte esportes football soccer futbol fussball calcio basketball tennis golf rugby
  hockey cricket boxing motorsport formula fishing wrestling баскетбол волейбол спорт футбол хоккей теннис бокс
  спортивный спортивные
`);

const OTHER = words(`
  news noticias nachrichten notizie noticiario actualites новости новини talk talkshow gameshow quiz magazine magazin magacin magazyn
  reality reality-tv telerealite show shows concert concerts konzert concierto musik music musica musique musical-show
  entertainment entretenimiento divertissement intrattenimento unterhaltung food cooking gastronomie property shopping
  religious religion religione weather meteo lifestyle travel talk-show concurso variety zapping informacion досуг
  развлекательное развлекательные музыка музыкальный концерт ток-шоу телемагазин телешоу шоу программа c.music c.magazine
`);

/** Genres of fiction: with a year and the length of a film they speak for one. */
const FICTION = words(`
  drama drame dramen drama comedy comedia comedie komodie commedia accion action azione aktion thriller suspense horror terror
  orrore horreur western sci-fi science-fiction fantascienza ciencia-ficcion fantasy fantastique fantastico romance romantica
  romantico romantic romanze crime krimi policier policiaca giallo poliziesco war guerra krieg guerre belica adventure
  aventuras aventure avventura abenteuer animation animacion animated animazione biography biografico musical mystery
  misterio historical historico family familiar драма комедия боевик триллер ужасы фантастика мелодрама детектив вестерн
  приключения фэнтези военный криминал исторический
`);
const FICTION_PHRASES = ['science fiction', 'ciencia ficcion', 'comedia romantica', 'comedie dramatique'];

/** Words of titles that no film has and many programmes do. */
const PROGRAMME_TITLE =
  /(?:^|[^\p{L}])(?:news|nachrichten|noticias|telediario|tagesschau|новости|новостей|вести|прямая трансляция|в прямом эфире|чемпионат|чемпіонат|кубок|премьер-лига|суперлига|евролига|лига чемпионов|grand prix|gran premio|vs\.?|live at|live from|today with|sports? (?:news|stories)|ток-шоу|концерт|телемагазин|погода|утро|доброе утро|music videos?|compilation|vol\.\s?\d|top \d{2,}|best of|en directo|en vivo|en direct|in diretta|podcast|magazine|quiz|show)(?![\p{L}])/iu;

export interface CategoryWords {
  film: boolean;
  series: boolean;
  documentary: boolean;
  sport: boolean;
  other: boolean;
  fiction: boolean;
}

const NOTHING: CategoryWords = {
  film: false,
  series: false,
  documentary: false,
  sport: false,
  other: false,
  fiction: false,
};
/** A guide has a few dozen categories and names them a million times. */
const MAX_KNOWN = 4096;
const known = new Map<string, CategoryWords>();

/** What the categories of one programme say, all of them together. */
export function readCategories(categories: readonly string[]): CategoryWords {
  const said = { ...NOTHING };
  for (const category of categories) {
    const words = wordsOfCategory(category);
    said.film ||= words.film;
    said.series ||= words.series;
    said.documentary ||= words.documentary;
    said.sport ||= words.sport;
    said.other ||= words.other;
    said.fiction ||= words.fiction;
  }
  return said;
}

function wordsOfCategory(category: string): CategoryWords {
  let words = known.get(category);
  if (!words) {
    words = judgeCategory(fold(category));
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(category, words);
  }
  return words;
}

function judgeCategory(folded: string): CategoryWords {
  const tokens = folded.split(/[\s,;|&()]+/).filter((token) => token !== '');
  const all = [folded, ...tokens, ...tokens.flatMap((token) => token.split('/'))];
  const has = (set: ReadonlySet<string>): boolean => all.some((token) => set.has(token));
  return {
    film: !VAGUE.includes(folded) && (has(FILM) || FILM_PHRASES.includes(folded)),
    series: has(SERIES),
    documentary: has(DOCUMENTARY),
    sport: has(SPORT),
    other: has(OTHER),
    fiction: has(FICTION) || FICTION_PHRASES.includes(folded),
  };
}

/** Whether a category names the kind of programme and no genre. */
export function isKindWord(category: string): boolean {
  const folded = fold(category);
  return FILM.has(folded) || FILM_PHRASES.includes(folded) || VAGUE.includes(folded) || SERIES.has(folded);
}

export function isProgrammeTitle(title: string): boolean {
  return PROGRAMME_TITLE.test(title);
}

/** Lower case, without diacritics, ё as е; й stays. */
export function fold(text: string): string {
  const lower = text.toLowerCase().trim();
  if (/^[\p{ASCII}а-я]*$/u.test(lower)) return lower;
  return lower
    .replaceAll('ё', 'е')
    .replaceAll('й', '\u0001')
    .normalize('NFD')
    .replace(/\p{M}+/gu, '')
    .replaceAll('\u0001', 'й');
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter((word) => word !== ''));
}
