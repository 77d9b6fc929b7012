import { HOPS, SERVER_HOPS, VERDICTS } from '../../../core/doctor/finding.js';
import { reportText, type DoctorReport } from '../../../core/doctor/report.js';
import { redactText } from '../../../platform/logging/redact.js';
import { Told } from './fields.js';

const ALL_HOPS = [...HOPS, ...SERVER_HOPS];
const DIAGNOSES = ['works', 'partly', 'broken', 'unclear'];

export class FindingDto {
  @Told('Where on the way it was found.', { type: String, enum: ALL_HOPS })
  hop!: string;

  @Told('ok, worth a note, failed, or not looked at.', { type: String, enum: [...VERDICTS] })
  verdict!: string;

  @Told('Stable name of what was found.', { type: String, example: 'start-forbidden' })
  code!: string;

  @Told('What was found, in words.', { type: String })
  says!: string;

  @Told('What to do about it.', { type: String, nullable: true })
  advice!: string | null;
}

export class ExaminedSourceDto {
  @Told('Which source it is, without its path.', { type: String })
  name!: string;

  @Told('What became of it.', { type: String, enum: DIAGNOSES })
  diagnosis!: string;

  @Told('The first part of the way that failed.', { type: String, enum: ALL_HOPS, nullable: true })
  failedAt!: string | null;

  @Told('In the order of the way.', { type: [FindingDto] })
  findings!: FindingDto[];
}

export class DoctorReportDto {
  @Told('What was examined.', { type: String })
  title!: string;

  @Told('What it comes to.', { type: String, enum: DIAGNOSES })
  diagnosis!: string;

  @Told('The same in one sentence.', { type: String })
  summary!: string;

  @Told('What holds for all of it.', { type: [FindingDto] })
  general!: FindingDto[];

  @Told('The sources in the order in which they are tried.', { type: [ExaminedSourceDto] })
  examined!: ExaminedSourceDto[];

  @Told('One page of plain text, fit to be shown to others.', { type: String })
  text!: string;
}

export function toDoctorReportDto(report: DoctorReport): DoctorReportDto {
  return { ...report, text: redactText(reportText(report)) };
}
