import { All, Controller, Req, Res, type OnModuleInit } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendAnswer } from '../shared/answer.js';
import { Door } from '../shared/door.js';
import { PlayerCalls } from '../shared/player-call.js';
import { PlayerApiService } from './player-api.service.js';

@Controller()
export class XtreamController implements OnModuleInit {
  constructor(
    private readonly calls: PlayerCalls,
    private readonly players: PlayerApiService,
    private readonly door: Door,
  ) {}

  onModuleInit(): void {
    this.door.open('/player_api.php', (request) => this.players.player(this.calls.readAtDoor(request)));
  }

  @All([
    'player_api.php',
    'player_api',
    'player_api/:username/:password',
    'player_api/:username/:password/:action',
  ])
  async player(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    sendAnswer(reply, await this.players.player(this.calls.read(request)));
  }

  @All(['panel_api.php', 'panel_api'])
  async panel(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    sendAnswer(reply, await this.players.panel(this.calls.read(request)));
  }
}
