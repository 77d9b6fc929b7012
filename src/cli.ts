import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommanderError } from 'commander';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DoctorModule } from './checks/doctor.module.js';
import { SCHEMA } from './data-source.js';
import { DomainModule } from './domain.module.js';
import type { CliContext, RunOptions, ServiceLocator } from './faces/cli/context.js';
import { EXIT, reportFailure, type Terminal } from './faces/cli/output.js';
import { allCommands, buildProgram } from './faces/cli/program.js';
import { openHouse, projectRoot, type House } from './house.js';
import { actAs, COMMAND_LINE } from './platform/actor.js';
import { SystemClock } from './platform/clock.js';
import type { AppConfig } from './platform/config/app-config.js';
import { loadConfig } from './platform/config/load-config.js';
import { prepareDataFolder } from './platform/data-folder.js';
import { ColdRestore } from './platform/database/cold-restore.js';
import type { Logger } from './platform/logging/logger.js';
import { outliveReaders } from './platform/logging/outlive-readers.js';
import { openLog, type OpenLog } from './platform/logging/pino-logger.js';
import { runServer } from './server.js';

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isInteractive: process.stderr.isTTY,
  setExitCode: (code) => {
    process.exitCode = code;
  },
};

/** Runs one command of the command line and sets the exit code of the process. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  outliveReaders([process.stdout, process.stderr]);
  const context: CliContext = { terminal, run: runInHouse, restore: runRestore, serve: runServer };
  const program = buildProgram(context, version());
  for (const command of [program, ...allCommands(program)]) command.exitOverride();
  try {
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) terminal.setExitCode(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
    else reportFailure(terminal, error, argv.includes('--json'));
  }
}

/** The domain and what opens sources. */
@Module({})
class StreamsModule {
  static forHouse(house: House): DynamicModule {
    return { module: StreamsModule, imports: [DomainModule.forHouse(house), DoctorModule] };
  }
}

function runInHouse(
  json: boolean,
  work: (services: ServiceLocator) => Promise<void>,
  { streams = false }: RunOptions = {},
): Promise<void> {
  return runConfigured(json, async (config, logger) => {
    const house = await openHouse(config, logger);
    try {
      const root = streams ? StreamsModule.forHouse(house) : DomainModule.forHouse(house);
      const app = await NestFactory.createApplicationContext(root, { logger: false });
      const services: ServiceLocator = {
        get: (type) => app.get(type),
        config,
        clock: house.clock,
        interrupted: streams ? interruption() : house.lifecycle.signal,
      };
      await actAs(COMMAND_LINE, () => work(services));
    } finally {
      await house.lifecycle.shutdown();
    }
  });
}

function runRestore(json: boolean, work: (restore: ColdRestore) => Promise<void>): Promise<void> {
  return runConfigured(json, ({ dataDir, database }, logger) => {
    prepareDataFolder(dataDir);
    const clock = new SystemClock();
    return work(new ColdRestore({ url: database.url, dataDir, schema: SCHEMA, clock, logger }));
  });
}

/** With the settings and a log of errors; failures are reported with their exit code. */
async function runConfigured(
  json: boolean,
  work: (config: AppConfig, logger: Logger) => Promise<void>,
): Promise<void> {
  let log: OpenLog | undefined;
  try {
    const { config, warnings } = loadConfig();
    for (const warning of warnings) terminal.err(`rooftop: ${warning}\n`);
    log = await openLog(
      { level: 'error', dir: null, maxFileBytes: 0, maxFiles: 0, secrets: config.secrets() },
      { write: (line) => process.stderr.write(line), isTTY: terminal.isInteractive },
    );
    await work(config, log.logger);
  } catch (error) {
    reportFailure(terminal, error, json);
  } finally {
    await log?.close();
  }
}

/** The first Ctrl-C asks the work to stop what it started; the second one ends the process. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}

function version(): string {
  const text = readFileSync(path.join(projectRoot(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
