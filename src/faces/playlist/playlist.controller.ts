import { All, Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendAnswer } from '../shared/answer.js';
import { PlayerCalls } from '../shared/player-call.js';
import { PlaylistService } from './playlist.service.js';

@Controller()
export class PlaylistController {
  constructor(
    private readonly calls: PlayerCalls,
    private readonly playlists: PlaylistService,
  ) {}

  @All([
    'get.php',
    'playlist',
    'playlist/:username/:password',
    'playlist/:username/:password/:type',
    'playlist/:username/:password/:type/:output',
  ])
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    sendAnswer(reply, await this.playlists.answer(this.calls.read(request)));
  }
}
