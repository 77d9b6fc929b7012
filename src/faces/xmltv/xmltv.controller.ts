import { All, Controller, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FileSender } from '../shared/file-sender.js';
import { PlayerCalls } from '../shared/player-call.js';
import { XmltvService } from './xmltv.service.js';

@Controller()
export class XmltvController {
  constructor(
    private readonly calls: PlayerCalls,
    private readonly guides: XmltvService,
    private readonly files: FileSender,
  ) {}

  @All(['xmltv.php', 'epg', 'epg/:username/:password', 'epg/:username/:password/:form'])
  async guide(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.files.send(request, reply, await this.guides.answer(this.calls.read(request)));
  }
}
