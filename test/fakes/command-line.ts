import { buildProgram } from '../../src/faces/cli/program.js';
import { actAs, COMMAND_LINE } from '../../src/platform/actor.js';
import type { AdminHouse } from './admin-house.js';

export interface Said {
  out: string;
  /** null = none was set. */
  exitCode: number | null;
}

/** Runs a command in the process of a house, as it is run beside a server; fails as the command does. */
export async function runCommand(house: AdminHouse, ...args: string[]): Promise<Said> {
  const said: Said = { out: '', exitCode: null };
  const { config, clock, lifecycle } = house.house;
  const program = buildProgram(
    {
      terminal: {
        out: (text) => void (said.out += text),
        err: () => {},
        isInteractive: false,
        setExitCode: (code) => void (said.exitCode = code),
      },
      run: (_json, work) =>
        actAs(COMMAND_LINE, () =>
          work({ get: (type) => house.get(type), config, clock, interrupted: lifecycle.signal }),
        ),
      restore: () => Promise.resolve(),
      serve: () => Promise.resolve(),
    },
    '0.0.0',
  );
  await program.parseAsync(args, { from: 'user' });
  return said;
}
