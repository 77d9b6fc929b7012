import type { ImportProgress } from '../../epg/import/guide-job.js';
import type { ChangedChannels, GuideDiff } from '../../epg/guide-diff.js';
import { GuideProblems } from '../../core/xmltv/problems.js';
import type { GuideReport, ImportProblemReason } from '../../epg/guide-report.js';
import type { GuideSource } from '../../epg/guide-source.entity.js';
import { redactUrl } from '../../platform/logging/redact.js';
import { printTable, type Terminal } from './output.js';

const TOLD_CHANNELS = 20;

/** A guide as the command line tells it: without credentials. */
export function describeGuide(source: GuideSource) {
  return {
    id: source.id,
    name: source.name,
    url: redactUrl(source.url),
    kind: source.kind,
    isEnabled: source.isEnabled,
    priority: source.priority,
    intervalMinutes: source.intervalMinutes,
    timeZone: source.timeZone,
    shiftMinutes: source.shiftMinutes,
    allowPrivate: source.allowPrivate,
    shrinkThreshold: source.shrinkThreshold,
    listSourceId: source.listSourceId,
    channelCount: source.channelCount,
    programmeCount: source.programmeCount,
    canUndo: source.previousGeneration !== null,
    lastStatus: source.lastReport?.status ?? null,
    lastReason: source.lastReport?.reason ?? null,
    lastRunAt: isoTime(source.lastRunAt),
    lastSuccessAt: isoTime(source.lastSuccessAt),
    nextRunAt: isoTime(source.nextRunAt),
  };
}

export function printGuides(terminal: Terminal, rows: readonly ReturnType<typeof describeGuide>[]): void {
  const head = ['id', 'name', 'state', 'channels', 'programmes', 'last success', 'address'];
  const cells = rows.map((row) => [
    String(row.id),
    row.name,
    row.isEnabled ? (row.lastStatus ?? 'never read') : 'paused',
    String(row.channelCount),
    String(row.programmeCount),
    row.lastSuccessAt ?? 'never',
    row.url,
  ]);
  printTable(terminal, head, cells);
}

export function printGuideReport(terminal: Terminal, report: GuideReport, most: number): void {
  const { sourceId, status, reason, channels, programmes, lastStop, seconds, problems, problemsBy } = report;
  terminal.out(`guide ${sourceId}: ${status}${reason === null ? '' : ` (${reason})`}\n`);
  const reach = lastStop === null ? '' : `, until ${isoTime(lastStop)}`;
  terminal.out(`  ${channels} channels, ${programmes} programmes${reach}, in ${seconds.toFixed(1)} s\n`);
  for (const [kind, count] of Object.entries(problemsBy)) terminal.out(`  ${count} × ${kind}\n`);
  const shown = new GuideProblems<ImportProblemReason>(most);
  shown.include({}, problems);
  for (const { reason: kind, line, at, sample } of shown.kept) {
    const place = line === undefined ? `record ${at}` : `line ${line}`;
    terminal.out(`  ${place}: ${kind}${sample === '' ? '' : `: ${sample}`}\n`);
  }
}

export function printDiff(terminal: Terminal, diff: GuideDiff): void {
  const { programmesBefore, programmesAfter, added, dropped, renamed, days } = diff;
  terminal.out(`  programmes: ${programmesBefore} now, ${programmesAfter} after\n`);
  printChannels(terminal, '+', 'added', added);
  printChannels(terminal, '-', 'dropped', dropped);
  terminal.out(`  ${renamed.total} channels renamed\n`);
  for (const { xmltvId, before, after } of renamed.first.slice(0, TOLD_CHANNELS)) {
    terminal.out(`    ${xmltvId}: ${before} → ${after}\n`);
  }
  for (const { day, before, after } of days) terminal.out(`  ${day}: ${before} → ${after}\n`);
}

/** One line that rewrites itself. */
export function progressText(id: number, progress: ImportProgress): string {
  const { step, bytes, totalBytes, channels, programmes, secondsLeft } = progress;
  const size = `${megabytes(bytes)}${totalBytes === null ? '' : ` of ${megabytes(totalBytes)}`} MB`;
  const left = secondsLeft === null ? '' : `, ${secondsLeft} s left`;
  return `guide ${id}: ${step}, ${size}, ${channels} channels, ${programmes} programmes${left}`;
}

function printChannels(terminal: Terminal, sign: string, what: string, channels: ChangedChannels): void {
  terminal.out(`  ${channels.total} channels ${what}\n`);
  for (const { xmltvId, name } of channels.first.slice(0, TOLD_CHANNELS)) {
    terminal.out(`    ${sign} ${name} (${xmltvId})\n`);
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function isoTime(seconds: number | null): string | null {
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}
