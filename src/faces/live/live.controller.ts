import { All, Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LiveService } from './live.service.js';

/** Only numbers stand at the third place, so that this never catches `/api/…`, files or pages of the web interface. */
const BARE_FORM = String.raw`:username/:password/:id(^\d+[.\w]*$)`;

@Controller()
export class LiveController {
  constructor(private readonly live: LiveService) {}

  @All(['live/:username/:password/:id', 'streaming/live.php', BARE_FORM])
  stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.live.serve(request, reply);
  }
}
