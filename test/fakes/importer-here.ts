import { GuideImporter } from '../../src/epg/guide-importer.js';
import type { GuideJob, ImportProgress, ImportResult } from '../../src/epg/import/guide-job.js';
import { importGuide } from '../../src/epg/import/import-guide.js';
import { AppError, describeError } from '../../src/platform/errors/app-error.js';
import { SystemClock } from '../../src/platform/clock.js';

/**
 * The import without its thread, for suites that read many small guides: a thread takes longer to start than such a guide
 * to read. Jobs and results are copied as they are on their way to a thread and back.
 */
export class ImporterHere extends GuideImporter {
  override async run(job: GuideJob, onProgress: (progress: ImportProgress) => void): Promise<ImportResult> {
    try {
      return structuredClone(await importGuide(structuredClone(job), new SystemClock(), onProgress));
    } catch (error) {
      throw new AppError('guide_unreadable', describeError(error), { status: 502 });
    }
  }
}
