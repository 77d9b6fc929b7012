import { InvalidArgumentError, type Command } from 'commander';
import os from 'node:os';
import { ChannelDoctor } from '../../../checks/doctor/channel-doctor.js';
import { reportText, serverReport, type DoctorReport } from '../../../core/doctor/report.js';
import { Database } from '../../../platform/database/database.js';
import { AppError } from '../../../platform/errors/app-error.js';
import { redactText } from '../../../platform/logging/redact.js';
import { programVersion } from '../../../platform/version.js';
import { ListSourcesRepository } from '../../../scrapers/list-sources.repository.js';
import { EngineRegistry } from '../../../streaming/engine/engine-registry.js';
import { Ffmpeg } from '../../../streaming/ffmpeg/ffmpeg.js';
import { AdminAuthService } from '../../../users/admin-auth.service.js';
import { wholeNumber } from '../arguments.js';
import type { CliContext, ServiceLocator } from '../context.js';
import { endProgress, EXIT, printJson, printProgress, wantsJson } from '../output.js';
import { askOwnServer, ownAddress, ownServerState } from './own-server.js';
import { serverFindings } from './server-checks.js';

const CHANNEL_TIMEOUT_MS = 300_000;
const toId = wholeNumber(1, 2_147_483_647);

export function addDoctorCommand(program: Command, context: CliContext): void {
  program
    .command('doctor [what] [id]')
    .description('say what is wrong with this installation, or with a channel: doctor channel 42')
    .action((what: string | undefined, id: string | undefined, _options: unknown, command: Command) =>
      context.run(
        wantsJson(command),
        async (services) => {
          const report = await examine(what, id, services, context);
          const text = redactText(reportText(report, [about()]));
          if (wantsJson(command)) printJson(context.terminal, { ...report, text });
          else context.terminal.out(text);
          if (report.diagnosis === 'broken' || (what === undefined && report.diagnosis !== 'works')) {
            context.terminal.setExitCode(EXIT.failed);
          }
        },
        { streams: true },
      ),
    );
}

function examine(
  what: string | undefined,
  id: string | undefined,
  services: ServiceLocator,
  context: CliContext,
): Promise<DoctorReport> {
  if (what === undefined) return examineServer(services);
  if (what === 'channel' && id !== undefined) return examineChannel(toId(id), services, context);
  throw new InvalidArgumentError('Say "doctor", or "doctor channel" with the id of a channel.');
}

async function examineServer(services: ServiceLocator): Promise<DoctorReport> {
  const { config, clock, interrupted } = services;
  const address = ownAddress(config.server);
  const findings = await serverFindings({
    ...{ config, clock, address },
    database: services.get(Database),
    lists: await services.get(ListSourcesRepository).list(),
    engines: services.get(EngineRegistry),
    ffmpegVersion: await services.get(Ffmpeg).version(),
    state: await ownServerState(address),
    signal: interrupted,
  });
  return serverReport('This installation of Rooftop', findings);
}

/** By the running server, which knows what its viewers hold open; without one nobody does, and this process looks. */
async function examineChannel(
  id: number,
  services: ServiceLocator,
  { terminal }: CliContext,
): Promise<DoctorReport> {
  const address = ownAddress(services.config.server);
  printProgress(terminal, 'looking at the channel; this takes up to two minutes');
  try {
    if ((await ownServerState(address)) === 'ours') return await askServer(address, id, services);
    return await services.get(ChannelDoctor).examine(id, services.interrupted);
  } finally {
    endProgress(terminal);
  }
}

async function askServer(address: string, id: number, services: ServiceLocator): Promise<DoctorReport> {
  const auth = services.get(AdminAuthService);
  const login = await auth.loginOfMachine();
  if (!login) throw new AppError('not_found', 'there is no active administrator to ask the server as');
  try {
    const { status, body } = await askOwnServer(`${address}/api/admin/channels/${id}/doctor`, {
      method: 'POST',
      token: login.accessToken,
      timeoutMs: CHANNEL_TIMEOUT_MS,
    });
    if (status === 200) return body as DoctorReport;
    if (status === 404) throw new AppError('not_found', `there is no channel ${id}`);
    if (status === 401) {
      throw new AppError('conflict', `the server at ${address} belongs to another data folder`);
    }
    throw new AppError('internal', `the server at ${address} answered ${status}`);
  } finally {
    await auth.logout(login.administrator);
  }
}

/** Says where the report comes from, and nothing about the people there. */
function about(): string {
  return `Rooftop ${programVersion()}, Node.js ${process.versions.node}, ${os.platform()} ${os.arch()}`;
}
