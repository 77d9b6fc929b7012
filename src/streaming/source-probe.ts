import type { Clock } from '../platform/clock.js';
import { linkedAbort } from './deadline.js';
import type { SeenCodecs } from './seen-codecs.js';
import type { OpenStream, SourceDriver, StreamDetails, StreamEnd } from './source-driver.js';
import type { StreamFailure } from './stream-failure.js';
import type { SourceKind, StreamSource } from './stream-source.js';
import { StreamSurvey } from './stream-survey.js';
import type { SurveyReport } from './stream-survey.js';

export interface ProbeOptions {
  drivers: readonly SourceDriver[];
  clock: Clock;
  /** Learns what sources show before anybody has watched them. */
  seenCodecs?: SeenCodecs;
}

export interface ProbeRequest {
  source: StreamSource;
  /** Ends it early. */
  signal: AbortSignal;
  /** Patience for the first byte, ms. */
  firstByteMs: number;
  /** Patience for a picture after the first byte, ms. */
  pictureMs: number;
  /** How long to go on looking at a stream that shows pictures, ms. */
  lookMs: number;
  /** Leaves the last place of an engine to viewers, and ends as soon as one of them opens anything. */
  polite: boolean;
}

export interface ProbeReport {
  /** Why it cannot be watched; null = it shows pictures. */
  failure: StreamFailure | null;
  /** Where it was read and by how many peers, as far as it was opened. */
  details: StreamDetails | null;
  /** From the call to the first byte, ms. */
  firstByteMs: number | null;
  survey: SurveyReport | null;
  /** How it ended, when that was not our doing. */
  end: StreamEnd | null;
}

const MADE_WAY: StreamFailure = { kind: 'cancelled', detail: 'the check made way for a viewer' };
const NO_FURTHER: StreamFailure = { kind: 'cancelled', detail: 'the check was ended' };
/** The bytes of a burst say nothing about the supply: looking ends early when that much has come. */
const MAX_PROBE_BYTES = 64 * 1024 * 1024;
const CLOSE_PATIENCE_MS = 5_000;

/** Opens a source, looks at what comes, and stops what it started, whatever happens. */
export class SourceProbe {
  private readonly drivers = new Map<SourceKind, SourceDriver>();
  private readonly running = new Map<AbortController, { polite: boolean; done: Promise<ProbeReport> }>();
  private closed = false;

  constructor(private readonly options: ProbeOptions) {
    for (const driver of options.drivers) for (const kind of driver.kinds) this.drivers.set(kind, driver);
  }

  /** Checks that run now. */
  get active(): number {
    return this.running.size;
  }

  /** Never rejects. */
  async run(request: ProbeRequest): Promise<ProbeReport> {
    if (this.closed || request.signal.aborted) return failedReport(NO_FURTHER);
    const { controller, unlink } = linkedAbort(request.signal);
    const done = this.look(request, controller.signal);
    this.running.set(controller, { polite: request.polite, done });
    try {
      return await done;
    } finally {
      this.running.delete(controller);
      unlink();
    }
  }

  /** A viewer opens something: polite checks end, and where he needs a place, all. False when there was none. */
  async makeWay(needsPlace: boolean): Promise<boolean> {
    const ending = [...this.running].filter(([, { polite }]) => polite || needsPlace);
    for (const [controller] of ending) controller.abort(MADE_WAY);
    await Promise.all(ending.map(([, { done }]) => done));
    return ending.length > 0;
  }

  /** Ends every check; waits until all they started is stopped, though not for a hanging engine. */
  async close(): Promise<void> {
    this.closed = true;
    const running = [...this.running];
    for (const [controller] of running) controller.abort(NO_FURTHER);
    const patience = new AbortController();
    await Promise.race([
      Promise.all(running.map(([, { done }]) => done)),
      this.options.clock.sleep(CLOSE_PATIENCE_MS, patience.signal).catch(() => undefined),
    ]);
    patience.abort();
  }

  private async look(request: ProbeRequest, signal: AbortSignal): Promise<ProbeReport> {
    const { source, firstByteMs, polite } = request;
    const { clock } = this.options;
    const driver = this.drivers.get(source.kind);
    if (!driver) {
      return failedReport({ kind: 'unsupported', detail: `${source.kind} sources are not played` });
    }
    const startedAt = clock.monotonic();
    const opened = await driver.open(source, {
      signal,
      firstByteMs,
      avoid: new Set(),
      polite,
      makeRoom: () => Promise.resolve(false),
    });
    if (opened.kind === 'failed') return failedReport(signal.aborted ? reasonOf(signal) : opened.failure);
    const { stream } = opened;
    const openedMs = clock.monotonic() - startedAt;
    const survey = new StreamSurvey(startedAt);
    try {
      const end = await this.watch(stream, survey, request, signal);
      const failure = signal.aborted ? reasonOf(signal) : verdictOn(survey, end);
      if (survey.codec !== undefined) this.options.seenCodecs?.note(source.id, survey.codec);
      return {
        failure,
        details: stream.details(),
        firstByteMs: openedMs,
        survey: survey.report(),
        end,
      };
    } finally {
      await stream.close();
    }
  }

  /** Until enough was seen, patience ends, or the stream does. */
  private async watch(
    stream: OpenStream,
    survey: StreamSurvey,
    { pictureMs, lookMs }: ProbeRequest,
    signal: AbortSignal,
  ): Promise<StreamEnd | null> {
    const { clock } = this.options;
    let over: (end: StreamEnd | null) => void = () => {};
    const ended = new Promise<StreamEnd | null>((resolve) => (over = resolve));
    const stop = (): void => over(null);
    signal.addEventListener('abort', stop, { once: true });
    let timer = clock.setTimer(pictureMs, stop);
    let bytes = 0;
    let seen = false;
    stream.read({
      data: (chunk) => {
        survey.push(chunk, clock.monotonic());
        bytes += chunk.length;
        if (survey.isNoStream || bytes >= MAX_PROBE_BYTES) stop();
        if (seen || !survey.hasPicture) return;
        seen = true;
        timer.cancel();
        timer = clock.setTimer(lookMs, stop);
      },
      seam: () => survey.seam(),
      end: over,
    });
    if (signal.aborted) stop();
    const end = await ended;
    timer.cancel();
    signal.removeEventListener('abort', stop);
    return end;
  }
}

function failedReport(failure: StreamFailure): ProbeReport {
  return { failure, details: null, firstByteMs: null, survey: null, end: null };
}

function reasonOf(signal: AbortSignal): StreamFailure {
  return signal.reason === MADE_WAY ? MADE_WAY : NO_FURTHER;
}

function verdictOn(survey: StreamSurvey, end: StreamEnd | null): StreamFailure | null {
  if (survey.isScrambled) return { kind: 'bad-media', detail: 'the stream is scrambled' };
  if (survey.hasPicture) return null;
  if (survey.isNoStream) return { kind: 'bad-media', detail: 'no MPEG transport stream' };
  if (end === null) return { kind: 'bad-media', detail: 'no picture to start at' };
  switch (end.reason) {
    case 'superseded':
    case 'moved':
    case 'session-lost':
    case 'engine-down':
      return { kind: 'unavailable', detail: end.detail, blameless: true };
    default:
      return { kind: 'timeout', detail: end.detail };
  }
}
