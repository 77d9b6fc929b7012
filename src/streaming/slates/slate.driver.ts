import type { SlateText } from '../../core/slate/slate-card.js';
import { SlateLoop, TURN_SECONDS } from '../../core/slate/slate-clip.js';
import type { Clock, Timer } from '../../platform/clock.js';
import type { OpenResult, OpenStream, SourceDriver, StreamDetails, StreamSink } from '../source-driver.js';
import type { StreamSource } from '../stream-source.js';
import type { SlateMaker } from './slate-maker.js';

/** So much at once: players show a picture when they have some seconds. */
const TURNS_AT_ONCE = 3;

/** The source of a slate: its words are its address. */
export function slateSource(text: SlateText): StreamSource {
  const locator = JSON.stringify([text.title, ...(text.lines ?? [])]);
  return { id: 0, kind: 'slate', locator, userAgent: null, headers: {}, allowPrivate: false };
}

/** Words instead of a picture, as a stream like any other. */
export class SlateDriver implements SourceDriver {
  readonly kinds = ['slate'] as const;
  readonly places = 1;

  constructor(
    private readonly maker: Pick<SlateMaker, 'turn'>,
    private readonly clock: Clock,
  ) {}

  async open({ locator }: StreamSource): Promise<OpenResult> {
    const [title = '', ...lines] = JSON.parse(locator) as string[];
    const turn = await this.maker.turn({ title, lines });
    if (turn) return { kind: 'open', stream: new SlateStream(turn, this.clock) };
    return {
      kind: 'failed',
      failure: { kind: 'unavailable', detail: 'the slate could not be drawn', blameless: true },
    };
  }
}

class SlateStream implements OpenStream {
  private readonly loop: SlateLoop;
  private timer: Timer | undefined;
  private closed = false;

  constructor(
    turn: Buffer,
    private readonly clock: Clock,
  ) {
    this.loop = new SlateLoop(turn);
  }

  details(): StreamDetails {
    return { place: 'slate' };
  }

  read(sink: StreamSink): void {
    const give = (): void => {
      if (!this.closed) sink.data(this.loop.next());
    };
    this.timer = this.clock.setRepeating(TURN_SECONDS * 1000, give);
    for (let turn = 0; turn < TURNS_AT_ONCE; turn++) give();
  }

  /** It never runs ahead. */
  pause(): void {}

  resume(): void {}

  reopen(): Promise<boolean> {
    return Promise.resolve(false);
  }

  close(): Promise<void> {
    this.closed = true;
    this.timer?.cancel();
    return Promise.resolve();
  }
}
