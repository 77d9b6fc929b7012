import { Controller, Get, Header, HttpCode, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../platform/clock.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { MetricsRegistry } from '../../platform/metrics.js';
import type { ReadinessReport } from '../../platform/readiness.js';
import { ReadinessRegistry } from '../../platform/readiness.js';
import { CLOCK } from '../../platform/tokens.js';
import { isNeighbour } from './neighbour.js';

/** For supervisors and monitoring. */
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: ReadinessRegistry,
    private readonly metrics: MetricsRegistry,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The process lives and its event loop turns. A restart would help when this fails, so it asks nothing else. */
  @Get('healthz')
  @Header('cache-control', 'no-store')
  live(): { status: 'ok'; uptimeSeconds: number } {
    return { status: 'ok', uptimeSeconds: Math.floor(this.clock.monotonic() / 1000) };
  }

  /** Whether players should be sent here: 503 while a required part fails, and from the beginning of a shutdown. */
  @Get('readyz')
  @Header('cache-control', 'no-store')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessReport | { state: string }> {
    const report = this.lifecycle.signal.aborted ? { state: 'stopping' } : await this.readiness.report();
    reply.status(report.state === 'ok' || report.state === 'degraded' ? 200 : 503);
    return report;
  }

  /** Numbers say who watches how much, so they are for the local network only. */
  @Get('metrics')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async numbers(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!isNeighbour(request)) {
      await reply.status(403).type('text/plain; charset=utf-8').send('Only for the local network.\n');
      return;
    }
    await reply.type(this.metrics.contentType).send(await this.metrics.text());
  }
}
