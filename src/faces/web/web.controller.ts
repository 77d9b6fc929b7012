import { Controller, Get, Header, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PlayerCalls } from '../shared/player-call.js';
import { setUpPage } from './set-up-page.js';

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

@Controller()
export class WebController {
  constructor(private readonly calls: PlayerCalls) {}

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', POLICY)
  @Header('x-content-type-options', 'nosniff')
  @Header('referrer-policy', 'no-referrer')
  @Header('cache-control', 'no-cache')
  page(@Req() request: FastifyRequest): string {
    return setUpPage(this.calls.read(request).base.url);
  }
}
