import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OverviewRegistry } from '../platform/overview/overview-registry.js';
import { EngineRegistry } from './engine/engine-registry.js';
import type { EngineHealth } from './engine/engine.js';
import { StreamHub } from './stream-hub.js';

/** What is watched now, and how the engines are. */
@Injectable()
export class StreamingOverview implements OnModuleInit {
  constructor(
    private readonly registry: OverviewRegistry,
    private readonly hub: StreamHub,
    private readonly engines: EngineRegistry,
  ) {}

  onModuleInit(): void {
    this.registry.register({
      name: 'streaming',
      hosts: () =>
        this.engines.health().map((engine) => ({
          ...{ kind: 'engine', name: engine.name, state: stateOf(engine), since: null, lastError: null },
        })),
      levels: () => {
        const streams = this.hub.stats();
        const sum = (pick: (stats: (typeof streams)[number]) => number): number =>
          streams.reduce((total, stats) => total + pick(stats), 0);
        return {
          streams: streams.length,
          viewers: sum(({ viewers }) => viewers),
          'bits in': sum(({ bitrate }) => bitrate),
          'bits out': sum(({ bitrate, viewers }) => bitrate * viewers),
        };
      },
    });
  }
}

function stateOf({ up, breaker }: EngineHealth): 'ok' | 'degraded' | 'down' {
  if (!up) return 'down';
  return breaker === 'open' ? 'degraded' : 'ok';
}
