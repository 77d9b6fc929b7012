import { Module } from '@nestjs/common';
import { SharedFacesModule } from '../shared/shared-faces.module.js';
import { WebController } from './web.controller.js';

@Module({ imports: [SharedFacesModule], controllers: [WebController] })
export class WebModule {}
