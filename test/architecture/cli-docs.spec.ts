import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import type { CliContext } from '../../src/faces/cli/context.js';
import { allCommands, buildProgram } from '../../src/faces/cli/program.js';

const context: CliContext = {
  terminal: { out: () => {}, err: () => {}, isInteractive: false, setExitCode: () => {} },
  run: () => Promise.resolve(),
  restore: () => Promise.resolve(),
  serve: () => Promise.resolve(),
};

const documented = readFileSync('docs/cli.md', 'utf8');
const commands = allCommands(buildProgram(context, '0.0.0'));

function pathOf(command: Command): string {
  const parent = command.parent;
  return parent ? `${pathOf(parent)} ${command.name()}`.trim() : command.name();
}

describe('docs/cli.md', () => {
  it('names every command', () => {
    expect(commands.map(pathOf).filter((name) => !documented.includes(`\`${name}`))).toEqual([]);
  });

  it('names only commands that exist', () => {
    const named = [...documented.matchAll(/^\| `(rooftop [a-z][a-z-]*(?: [a-z][a-z-]*)?)/gm)].map(
      (match) => match[1] ?? '',
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !commands.some((command) => pathOf(command) === name))).toEqual([]);
  });

  it('names every option', () => {
    const options = new Set(commands.flatMap(({ options }) => options.map(({ long }) => long ?? '')));
    expect([...options].filter((name) => !documented.includes(name))).toEqual([]);
  });

  it('gives every command --json and a description', () => {
    const silent = commands.filter(
      (command) => command.description() === '' || !command.options.some(({ long }) => long === '--json'),
    );
    expect(silent.map(pathOf)).toEqual([]);
  });
});
