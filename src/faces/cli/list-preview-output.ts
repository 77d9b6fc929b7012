import type { ListPreview } from '../../scrapers/refresh.service.js';
import type { Terminal } from './output.js';

const TOLD = 20;

/** What a refresh of a list would change, for people. */
export function printListPreview(terminal: Terminal, id: number, preview: ListPreview): void {
  const { reason, found, skipped, films, added, renamed, moved, dropped } = preview;
  terminal.out(`list ${id}: found ${found}, skipped ${skipped}\n`);
  if (reason !== null) terminal.out(`  it would not be applied: ${reason}\n`);
  if (films.films + films.episodes + films.retired > 0) {
    const changes = `${films.added} added, ${films.retired} retired`;
    terminal.out(`  ${films.films} films and ${films.episodes} episodes: ${changes}\n`);
  }
  print('added', added, ({ name, category }) => `+ ${name} (${category})`);
  print('renamed', renamed, ({ before, after }) => `${before} → ${after}`);
  print('moved', moved, ({ name, before, after }) => `${name}: ${before} → ${after}`);
  print('dropped', dropped, ({ id, name }) => `- ${name} (${id})`);

  function print<T>(what: string, changes: { total: number; first: T[] }, line: (change: T) => string): void {
    terminal.out(`  ${changes.total} channels ${what}\n`);
    for (const change of changes.first.slice(0, TOLD)) terminal.out(`    ${line(change)}\n`);
  }
}
