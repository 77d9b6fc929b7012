import { Module } from '@nestjs/common';
import { PostersController } from './posters.controller.js';
import { PostersService } from './posters.service.js';

@Module({ controllers: [PostersController], providers: [PostersService] })
export class PostersModule {}
