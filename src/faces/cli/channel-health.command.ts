import type { Command } from 'commander';
import { ChannelsService } from '../../channels/channels.service.js';
import { StreamSourcesRepository } from '../../channels/stream-sources.repository.js';
import { ChannelHealth, type ChannelHealthView, type SourceHealthView } from '../../checks/channel-health.js';
import { redactUrl } from '../../platform/logging/redact.js';
import { SourceHealthService } from '../../source-health/source-health.service.js';
import { wholeNumber } from './arguments.js';
import type { CliContext, ServiceLocator } from './context.js';
import { printJson, printTable, wantsJson, type Terminal } from './output.js';

const toId = wholeNumber(1, 2_147_483_647);

export function addChannelHealth(channels: Command, context: CliContext): void {
  channels
    .command('health <id>')
    .description('show how the sources of a channel do, in the order in which they are tried')
    .action((id: string, _options: unknown, command: Command) =>
      context.run(wantsJson(command), async (services) => {
        const view = await readHealth(services, toId(id));
        if (wantsJson(command)) return printJson(context.terminal, toJson(view));
        print(context.terminal, view);
      }),
    );
}

async function readHealth(services: ServiceLocator, channelId: number): Promise<ChannelHealthView> {
  const health = services.get(SourceHealthService);
  const sources = services.get(StreamSourcesRepository);
  const rows = await sources.listOf(channelId);
  await health.load(rows.map(({ id }) => id));
  const channels = services.get(ChannelsService);
  return new ChannelHealth({ channels, sources, health, clock: services.clock }).of(channelId);
}

function print(terminal: Terminal, { name, sources }: ChannelHealthView): void {
  terminal.out(`${name}\n`);
  printTable(
    terminal,
    ['turn', 'id', 'state', 'score', 'starts well', 'picture', 'cuts/h', 'last failure', 'address'],
    sources.map((view) => [
      view.turn === null ? '-' : `${view.turn}${view.isPlaced ? ' placed' : ''}`,
      String(view.source.id),
      view.state,
      view.score.toFixed(2),
      view.successRate === null ? '-' : `${Math.round(view.successRate * 100)} %`,
      view.firstPictureSeconds === null ? '-' : `${view.firstPictureSeconds.toFixed(1)} s`,
      view.cutsPerHour === null ? '-' : view.cutsPerHour.toFixed(1),
      view.record?.lastFailure ?? '-',
      redactUrl(view.source.locator),
    ]),
  );
}

function toJson({ channelId, name, sources }: ChannelHealthView): object {
  return { channelId, name, sources: sources.map(toJsonSource) };
}

/** Times in epoch seconds, sums as they are kept. */
function toJsonSource({ source, live: _live, record, hours, ...view }: SourceHealthView): object {
  const { id, kind, locator, label } = source;
  return {
    ...{ id, kind, address: redactUrl(locator), label },
    ...view,
    lastSuccessAt: record?.lastSuccessAt ?? null,
    lastFailureAt: record?.lastFailureAt ?? null,
    lastFailure: record?.lastFailure ?? null,
    lastFailureDetail: record?.lastFailureDetail ?? null,
    quarantinedUntil: record?.quarantinedUntil ?? null,
    probedAt: record?.probedAt ?? null,
    hours,
  };
}
