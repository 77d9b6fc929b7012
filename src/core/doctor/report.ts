import type { Hop, Verdict } from './finding.js';
import { adviceOn, type DoctorFinding } from './words.js';

/** One thing that was walked through: a source, or the server. */
export interface Examined {
  name: string;
  findings: readonly DoctorFinding[];
}

export interface ReportInput {
  title: string;
  /** What holds for all. */
  general: readonly DoctorFinding[];
  examined: readonly Examined[];
}

export type Diagnosis = 'works' | 'partly' | 'broken' | 'unclear';

export interface SpokenFinding extends Omit<DoctorFinding, 'facts'> {
  says: string;
  advice: string | null;
}

export interface DoctorReport {
  title: string;
  diagnosis: Diagnosis;
  /** One sentence. */
  summary: string;
  general: SpokenFinding[];
  examined: { name: string; diagnosis: Diagnosis; failedAt: Hop | null; findings: SpokenFinding[] }[];
}

const MARKS: Readonly<Record<Verdict, string>> = {
  ok: 'ok  ',
  note: 'note',
  failed: 'FAIL',
  skipped: '-   ',
};

/** What a channel's findings come to: it works as soon as one of its sources does. */
export function channelReport({ title, general, examined }: ReportInput): DoctorReport {
  const parts = examined.map(spoken);
  const looked = parts.filter(({ diagnosis }) => diagnosis !== 'unclear');
  const good = looked.filter(({ diagnosis }) => diagnosis === 'works').length;
  const diagnosis = general.some(isFailed) ? 'broken' : channelDiagnosis(good, looked.length);
  return {
    title,
    diagnosis,
    summary: channelSummary(diagnosis, good, looked, general),
    general: general.map(speak),
    examined: parts,
  };
}

/** What the findings about the server come to: everything counts. */
export function serverReport(title: string, findings: readonly DoctorFinding[]): DoctorReport {
  const failed = findings.filter(isFailed).length;
  return {
    title,
    diagnosis: failed > 0 ? 'partly' : 'works',
    summary:
      failed > 0
        ? `${failed} thing(s) need your attention.`
        : 'Everything that was looked at is as it should be.',
    general: findings.map(speak),
    examined: [],
  };
}

/** One page of plain text. */
export function reportText(report: DoctorReport, footer: readonly string[] = []): string {
  const parts = [
    report.title,
    report.summary,
    ...(report.general.length > 0 ? ['', ...report.general.flatMap(lines)] : []),
    ...report.examined.flatMap(({ name, findings }) => ['', name, ...findings.flatMap(lines)]),
    ...(footer.length > 0 ? ['', ...footer] : []),
  ];
  return withoutHomes(`${parts.join('\n')}\n`);
}

/** Folders of people tell their names. */
function withoutHomes(text: string): string {
  return text.replace(/(?:\/home|\/Users|\b[A-Za-z]:\\Users)[\\/][^\\/\s"']+/g, '~');
}

function lines({ verdict, hop, says, advice }: SpokenFinding): string[] {
  const first = `  ${MARKS[verdict]}  ${hop.padEnd(8)}  ${says}`;
  return advice === null || verdict === 'ok' ? [first] : [first, `${' '.repeat(18)}→ ${advice}`];
}

function spoken({ name, findings }: Examined): DoctorReport['examined'][number] {
  const failed = findings.find(isFailed);
  const isUnclear = findings.some(({ verdict }) => verdict === 'skipped') || findings.length === 0;
  return {
    name,
    diagnosis: failed ? 'broken' : isUnclear ? 'unclear' : 'works',
    failedAt: failed?.hop ?? null,
    findings: findings.map(speak),
  };
}

function speak(found: DoctorFinding): SpokenFinding {
  const { hop, verdict, code } = found;
  return { hop, verdict, code, ...adviceOn(found) };
}

function isFailed({ verdict }: DoctorFinding): boolean {
  return verdict === 'failed';
}

function channelDiagnosis(good: number, looked: number): Diagnosis {
  if (looked === 0) return 'unclear';
  if (good === 0) return 'broken';
  return good === looked ? 'works' : 'partly';
}

function channelSummary(
  diagnosis: Diagnosis,
  good: number,
  looked: DoctorReport['examined'],
  general: readonly DoctorFinding[],
): string {
  const first = general.find(isFailed);
  if (first) return adviceOn(first).says;
  switch (diagnosis) {
    case 'unclear':
      return 'Nothing could be looked at now.';
    case 'works':
      return looked.length === 1 ? 'The channel works.' : `The channel works: all ${good} sources play.`;
    case 'partly':
      return `The channel works: ${good} of ${looked.length} sources play.`;
    case 'broken': {
      const places = [...new Set(looked.map(({ failedAt }) => failedAt))].join(', ');
      return looked.length === 1
        ? `The channel does not work; it ends at: ${places}.`
        : `The channel does not work: none of its ${looked.length} sources plays. They end at: ${places}.`;
    }
  }
}
