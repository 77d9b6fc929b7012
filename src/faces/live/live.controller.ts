import { All, Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FilmSegmentsService } from './film-segments.service.js';
import { HlsService } from './hls.service.js';
import { LiveService } from './live.service.js';

/** Only numbers stand at the third place, so that this never catches `/api/…`, files or pages of the web interface. */
const BARE_FORM = String.raw`:username/:password/:id(^\d+[.\w]*$)`;

@Controller()
export class LiveController {
  constructor(
    private readonly live: LiveService,
    private readonly hls: HlsService,
    private readonly filmSegments: FilmSegmentsService,
  ) {}

  @All('hlsr/:token/:file')
  segment(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.hls.serve(request, reply);
  }

  @All('hlsf/:token/:file')
  filmSegment(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.filmSegments.serve(request, reply);
  }

  @All([
    'live/:username/:password/:id',
    'movie/:username/:password/:id',
    'series/:username/:password/:id',
    'streaming/live.php',
    'streaming/vod.php',
    BARE_FORM,
  ])
  stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.live.serve(request, reply);
  }
}
