import { Module } from '@nestjs/common';
import { ChannelsRepository } from '../../channels/channels.repository.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { EventBus } from '../../platform/events/event-bus.js';
import { ImageStore } from '../../platform/images/image-store.js';
import { SettingsService } from '../../platform/settings/settings.service.js';
import { ShownFilmsRepository } from '../../vod/shown-films.repository.js';
import { Tmdb } from '../../vod/tmdb/tmdb.js';
import { FilmAnswers } from './film-answers.js';
import { FilmCachesOverview } from './film-caches-overview.js';
import { FilmLibrary } from './film-library.js';
import { FilmPersons } from './film-persons.js';
import { MovieAnswers } from './movie-answers.js';
import {
  DEFAULT_FILM_OPTIONS,
  FILM_CHANNELS,
  FILM_EVENTS,
  FILM_OPTIONS,
  FILM_PERSONS,
  FILM_PICTURES,
  FILM_SOURCE,
  FILM_ZONE,
  type FilmZone,
} from './film-source.js';

/** Needs the domain and the platform from a global module. */
@Module({
  providers: [
    { provide: FILM_SOURCE, useExisting: ShownFilmsRepository },
    { provide: FILM_CHANNELS, useExisting: ChannelsRepository },
    { provide: FILM_EVENTS, useExisting: EventBus },
    { provide: FILM_PICTURES, useExisting: ImageStore },
    { provide: FILM_OPTIONS, useValue: DEFAULT_FILM_OPTIONS },
    { provide: FILM_ZONE, useFactory: zoneOf, inject: [AppConfig, SettingsService] },
    { provide: FILM_PERSONS, useExisting: Tmdb },
    FilmLibrary,
    FilmPersons,
    FilmAnswers,
    MovieAnswers,
    FilmCachesOverview,
  ],
  exports: [FilmLibrary, FilmAnswers, MovieAnswers],
})
export class FilmsModule {}

/** The configuration, and over it what was set since the start. */
function zoneOf({ server }: AppConfig, settings: SettingsService): FilmZone {
  return {
    get timezone() {
      return settings.current.timezone ?? server.timezone;
    },
  };
}
