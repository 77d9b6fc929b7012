import { Option, type Command } from 'commander';
import {
  FILM_ORIGINS,
  FILM_SORTS,
  FILM_STATES,
  TMDB_STATES,
  type FilmsFilter,
  type FilmsQuery,
} from '../../vod/managing/film-queries.repository.js';
import { FILM_YEARS, type FilmInput } from '../../vod/managing/film-rules.js';
import { FilmsService } from '../../vod/managing/films.service.js';
import type { EnrichOutcome } from '../../vod/tmdb/film-enrichment.js';
import { TMDB_ATTRIBUTION } from '../../core/films/tmdb-attribution.js';
import { wholeNumber } from './arguments.js';
import type { CliContext, ServiceLocator } from './context.js';
import { addFilmSteps } from './film-steps.command.js';
import { describeFilm, describePlaces, describeSuggestions, printFilm, printFilms } from './films-output.js';
import { printJson, wantsJson, type Terminal } from './output.js';
import { toId } from './places.js';

type FilterFlags = Pick<FilmsFilter, 'search' | 'state' | 'origin'> & {
  tmdb?: FilmsFilter['tmdbStatus'];
  hidden?: boolean;
  retired?: boolean;
};

interface ListFlags extends FilterFlags {
  sort: FilmsQuery['sort'];
  page: number;
  perPage: number;
}

const MAX_TMDB_ID = 2_147_483_647;
const PER_PAGE = 50;

export function addFilmsCommand(program: Command, context: CliContext): void {
  const films = program
    .command('films')
    .description('films of guides and lists, and what TMDB knows of them');
  addFilmSteps(films, context);
  addTelling(films, context);
  addDeciding(films, context);
  addEditing(films, context);
}

function addTelling(films: Command, context: CliContext): void {
  const { terminal } = context;
  withFilter(films.command('list').description('show films, candidates and rejected ones'))
    .addOption(new Option('--sort <by>', 'the order').choices([...FILM_SORTS]).default('title'))
    .option('--page <n>', 'page, from 1', wholeNumber(1, 1_000_000), 1)
    .option('--per-page <n>', 'films per page', wholeNumber(1, 1000), PER_PAGE)
    .action((flags: ListFlags, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const { sort, page, perPage } = flags;
        const query = { ...toFilter(flags), sort, descending: sort !== 'title', page, perPage };
        const { items, total } = await services.get(FilmsService).page(query);
        if (wantsJson(command)) return printJson(terminal, { total, films: items.map(describeFilm) });
        printFilms(terminal, items, total);
      }),
    );
  films
    .command('show <id>')
    .description(
      'one film: where it is on, how TMDB knows it, and what else TMDB offers, with scores and reasons',
    )
    .action((id: string, _flags: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const service = services.get(FilmsService);
        const detail = await service.detail(toId(id, 'film'));
        const suggestions = await service.suggestions(detail.film.id);
        if (!wantsJson(command)) return printFilm(terminal, detail, suggestions);
        printJson(terminal, {
          ...describeFilm(detail.film),
          decision: detail.decision?.kind ?? null,
          ...describePlaces(detail),
          suggestions: describeSuggestions(suggestions),
          attribution: TMDB_ATTRIBUTION,
        });
      }),
    );
  withFilter(
    films.command('export').description('write all films as one JSON document, also without --json'),
  ).action((flags: FilterFlags, command: Command) =>
    context.run(wantsJson(command), async (services) => {
      terminal.out(`{"attribution":${JSON.stringify(TMDB_ATTRIBUTION)},"films":[`);
      let count = 0;
      for await (const films of services.get(FilmsService).all(toFilter(flags))) {
        for (const each of films) {
          const film = { ...describeFilm(each.film), ...describePlaces(each) };
          terminal.out(`${count++ === 0 ? '' : ','}\n${JSON.stringify(film)}`);
        }
      }
      terminal.out(`\n],"total":${count}}\n`);
    }),
  );
}

function addDeciding(films: Command, context: CliContext): void {
  films
    .command('match <id> <tmdb-id>')
    .description('it is this film of TMDB, whatever later runs find')
    .action((id: string, tmdbId: string, _flags: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const film = toId(id, 'film');
        await services.get(FilmsService).match(film, wholeNumber(1, MAX_TMDB_ID)(tmdbId));
        await tellDecided(context.terminal, services, film, command);
      }),
    );
  films
    .command('reject <id>')
    .description('it is no film, whatever later runs find')
    .action((id: string, _flags: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        await services.get(FilmsService).reject(toId(id, 'film'));
        show(context.terminal, command, { id: Number(id), state: 'rejected' }, `film ${id} is no film\n`);
      }),
    );
  films
    .command('undo <id>')
    .description('take back what you decided: it is looked for again')
    .action((id: string, _flags: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const film = toId(id, 'film');
        await services.get(FilmsService).release(film);
        await tellDecided(context.terminal, services, film, command);
      }),
    );
}

function addEditing(films: Command, context: CliContext): void {
  films
    .command('set <id>')
    .description('change a film; no run touches what you set')
    .option('--title <text>', 'its title')
    .option('--original-title <text>', 'its original title')
    .option('--year <year>', 'its year', wholeNumber(FILM_YEARS.first, FILM_YEARS.last))
    .option('--hide', 'viewers do not see it')
    .option('--show', 'viewers see it again')
    .action((id: string, flags: FilmInput & { hide?: boolean; show?: boolean }, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const service = services.get(FilmsService);
        const film = toId(id, 'film');
        await service.edit(film, toInput(flags));
        const detail = await service.detail(film);
        show(
          context.terminal,
          command,
          describeFilm(detail.film),
          `film ${id} "${detail.film.title}" changed\n`,
        );
      }),
    );
}

/** Asks TMDB at once, so that the answer says what came of it. */
async function tellDecided(
  terminal: Terminal,
  services: ServiceLocator,
  id: number,
  command: Command,
): Promise<void> {
  const service = services.get(FilmsService);
  const outcome = await service.enrich(id);
  const { film } = await service.detail(id);
  const at = film.tmdbId === null ? '' : `, TMDB ${film.tmdbId}`;
  const text = `film ${id} "${film.title}": ${film.tmdbStatus}${at}; ${wordsOf(outcome)}\n`;
  show(terminal, command, { ...describeFilm(film), outcome }, text);
}

function wordsOf(outcome: EnrichOutcome): string {
  switch (outcome.kind) {
    case 'off':
      return 'no key of TMDB is set';
    case 'bad-key':
      return 'TMDB refuses the key; it is asked again later';
    case 'unavailable':
      return `TMDB cannot be asked now (${outcome.reason}); it is asked again later`;
    case 'none':
      return 'TMDB knows no such film';
    case 'ambiguous':
      return 'several films could be it: rooftop films show';
    case 'rejected':
      return 'it is no film';
    case 'gone':
      return 'it is gone';
    default:
      return 'TMDB has told about it';
  }
}

function withFilter(command: Command): Command {
  return command
    .option('--search <text>', 'a part of a title, an id, or an id of TMDB')
    .addOption(new Option('--state <state>', 'only these').choices([...FILM_STATES]))
    .addOption(new Option('--tmdb <status>', 'only these').choices([...TMDB_STATES]))
    .addOption(new Option('--origin <origin>', 'only those that are there').choices([...FILM_ORIGINS]))
    .option('--hidden', 'only hidden ones')
    .option('--retired', 'only those that nobody shows any more');
}

function toFilter({ search, state, origin, tmdb, hidden, retired = false }: FilterFlags): FilmsFilter {
  return {
    isRetired: retired,
    ...(search === undefined ? {} : { search }),
    ...(state === undefined ? {} : { state }),
    ...(origin === undefined ? {} : { origin }),
    ...(tmdb === undefined ? {} : { tmdbStatus: tmdb }),
    ...(hidden === undefined ? {} : { isHidden: hidden }),
  };
}

function toInput(flags: FilmInput & { hide?: boolean; show?: boolean }): FilmInput {
  const { title, originalTitle, year, hide, show: isShown } = flags;
  return {
    ...(title === undefined ? {} : { title }),
    ...(originalTitle === undefined ? {} : { originalTitle }),
    ...(year === undefined ? {} : { year }),
    ...(hide ? { isHidden: true } : {}),
    ...(isShown ? { isHidden: false } : {}),
  };
}

function show(terminal: Terminal, command: Command, value: unknown, text: string): void {
  if (wantsJson(command)) printJson(terminal, value);
  else terminal.out(text);
}
