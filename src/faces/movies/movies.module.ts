import { Module } from '@nestjs/common';
import { FilmsModule } from '../../catalog/films/films.module.js';
import { ClientAddresses } from '../shared/client-addresses.js';
import { SharedFacesModule } from '../shared/shared-faces.module.js';
import { MoviesController } from './movies.controller.js';
import { MoviesDoor } from './movies-door.js';
import { MoviesGate } from './movies-gate.js';
import { MoviesService } from './movies.service.js';

@Module({
  imports: [FilmsModule, SharedFacesModule],
  controllers: [MoviesController],
  providers: [MoviesService, MoviesGate, MoviesDoor, ClientAddresses],
})
export class MoviesModule {}
