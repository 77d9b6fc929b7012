import { All, Controller, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendAnswer } from '../shared/answer.js';
import { PostersService } from './posters.service.js';

@Controller('static/posters')
export class PostersController {
  constructor(private readonly posters: PostersService) {}

  @All(':name')
  async get(
    @Param('name') name: string,
    @Req() { method, headers }: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    sendAnswer(reply, await this.posters.answer({ method, name, headers }));
  }
}
