import { Injectable } from '@nestjs/common';
import type { CatalogAnswer } from '../../catalog/catalog.service.js';
import { FilmAnswers, type FilmListName } from '../../catalog/films/film-answers.js';
import type { PlayerCall } from '../shared/player-call.js';
import type { Account } from '../shared/ports.js';

/** The actions of `player_api.php` and `panel_api.php` that tell films and series. */
@Injectable()
export class FilmActions {
  constructor(private readonly films: FilmAnswers) {}

  list(name: FilmListName, call: PlayerCall, account: Account): Promise<CatalogAnswer> {
    const { base, encoding } = call;
    return this.films.list(account, name, call.parameter('category_id'), {
      base: base.url,
      encoding,
    });
  }

  /** undefined while the films are read. */
  info(kind: 'film' | 'series', call: PlayerCall, account: Account): Promise<unknown> {
    return kind === 'film'
      ? this.films.film(account, idOf(call.parameter('vod_id')), call.base.url)
      : this.films.series(
          account,
          idOf(call.parameter('series_id') ?? call.parameter('series')),
          call.base.url,
        );
  }
}

/** 0 where it is no id: nothing has that one. */
function idOf(sent: string | undefined): number {
  return sent !== undefined && /^\d{1,10}$/.test(sent) ? Number(sent) : 0;
}
