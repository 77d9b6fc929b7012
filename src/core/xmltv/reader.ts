import { GuideAssembler } from './assembler.js';
import { findEncoding, SNIFF_BYTES, Transcoder } from './encoding.js';
import { GuideProblems } from './problems.js';
import { MarkupScanner } from './scanner.js';
import { GuideTimes } from './time.js';
import type {
  GuideHandler,
  GuideLimits,
  GuideProblemReason,
  GuideReader,
  GuideReaderOptions,
  GuideSummary,
} from './types.js';
import { DEFAULT_GUIDE_LIMITS } from './types.js';

const SAMPLE_BYTES = 240;

/**
 * XMLTV → records, pushed to the handler while the bytes come. What is not well-formed costs the element it stands in;
 * document types are stepped over and nothing they declare is ever expanded.
 */
export class XmltvReader implements GuideReader {
  private readonly limits: GuideLimits;
  private readonly problems: GuideProblems;
  private readonly assembler: GuideAssembler;
  private readonly scanner: MarkupScanner;
  /** The beginning, until there is enough of it to tell the encoding. */
  private head: Uint8Array[] | null = [];
  private headBytes = 0;
  private transcoder: Transcoder | null = null;
  private encoding = 'utf-8';
  private bytes = 0;

  /** Throws RangeError for an unknown default zone. */
  constructor(
    handler: GuideHandler,
    private readonly options: GuideReaderOptions = {},
  ) {
    this.limits = { ...DEFAULT_GUIDE_LIMITS, ...options.limits };
    this.problems = new GuideProblems(this.limits.maxProblems);
    this.assembler = new GuideAssembler(handler, this.limits, new GuideTimes(options.defaultZone), {
      position: () => this.scanner.position,
      line: () => this.scanner.line,
      problem: (reason, sample) => this.problem(reason, sample),
    });
    this.scanner = new MarkupScanner(this.assembler, this.limits);
  }

  write(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    if (this.head === null) return this.scan(chunk);
    this.head.push(Uint8Array.from(chunk));
    this.headBytes += chunk.length;
    if (this.headBytes >= SNIFF_BYTES) this.begin(this.head);
  }

  end(): GuideSummary {
    if (this.head) this.begin(this.head);
    if (this.transcoder) this.scanner.write(this.transcoder.end());
    const isWhole = this.scanner.end() && !this.assembler.isInRecord && !this.assembler.isRootOpen;
    if (!isWhole) this.problem('truncated');
    return {
      channels: this.assembler.channels,
      programmes: this.assembler.programmes,
      bytes: this.bytes,
      encoding: this.encoding,
      problemsBy: this.problems.by,
      problems: this.problems.kept,
      isTruncated: !isWhole,
    };
  }

  private begin(head: Uint8Array[]): void {
    this.head = null;
    const start = Buffer.concat(head);
    const { encoding, skip, isUnknown } = findEncoding(start.subarray(0, SNIFF_BYTES), this.options.charset);
    this.encoding = encoding;
    if (encoding !== 'utf-8') this.transcoder = new Transcoder(encoding);
    this.scan(start.subarray(skip));
    if (isUnknown) this.problem('unknown-encoding');
  }

  private scan(bytes: Uint8Array): void {
    this.scanner.write(this.transcoder ? this.transcoder.write(bytes) : bytes);
  }

  private problem(reason: GuideProblemReason, sample?: string): void {
    const { scanner } = this;
    const place = { at: scanner.position, line: scanner.line };
    this.problems.add(reason, place, () => sample ?? scanner.sample(SAMPLE_BYTES));
  }
}
