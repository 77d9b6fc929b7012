import { programmeBody } from '../../core/guide/page.js';
import { describeProgramme, GuideProblems, type SourcePlace } from '../../core/xmltv/problems.js';
import type { GuideChannel, GuideHandler, GuideProgramme } from '../../core/xmltv/types.js';
import type { ListingDetails } from '../guide-listing.entity.js';
import type { ImportProblemReason } from '../guide-report.js';
import type { ProgrammeSpool } from './programme-spool.store.js';

export interface CollectedChannel {
  xmltvId: string;
  /** JSON of `ListingDetails`. */
  details: string;
  /** The guide describes it, rather than only having programmes for it. */
  isNamed: boolean;
  hasProgrammes: boolean;
}

const MAX_PROBLEMS = 100;
/** Of what is said about one channel. */
const MAX_NAMES = 30;
const MAX_ICONS = 4;
const MAX_DETAILS_LENGTH = 16_384;
/** UTF-16 units of all that is kept about channels; a guide of 50,000 needs a tenth. */
const MAX_TOTAL_LENGTH = 48_000_000;
const NO_DETAILS = JSON.stringify({ names: [] } satisfies ListingDetails);

/** Takes what a reader finds: channels stay in memory, programmes go to the spool. */
export class GuideCollector implements GuideHandler {
  readonly channels: CollectedChannel[] = [];
  programmes = 0;
  readonly problems = new GuideProblems<ImportProblemReason>(MAX_PROBLEMS);
  private readonly indices = new Map<string, number>();
  private length = 0;

  constructor(
    private readonly spool: ProgrammeSpool,
    private readonly maxChannels: number,
  ) {}

  channel(channel: GuideChannel, at: number, line: number): void {
    const index = this.indexOf(channel.id, at, line);
    const known = index === undefined ? undefined : this.channels[index];
    if (!known || known.isNamed) return;
    known.isNamed = true;
    const details = describe(channel);
    if (details.length > MAX_DETAILS_LENGTH || this.length + details.length > MAX_TOTAL_LENGTH) return;
    known.details = details;
    this.length += details.length;
  }

  programme(programme: GuideProgramme, at: number, line: number): void {
    const index = this.indexOf(programme.channelId, at, line);
    const known = index === undefined ? undefined : this.channels[index];
    if (index === undefined || !known) return;
    const { start, stop } = programme;
    if (!this.spool.add(index, start, stop, programmeBody(programme), at, line)) {
      return this.problems.add('too-many-programmes', { at, line }, () => describeProgramme(programme));
    }
    known.hasProgrammes = true;
    this.programmes++;
  }

  /** Something about a programme that was collected before; `channel` is the place of its channel among `channels`. */
  problem(
    reason: ImportProblemReason,
    channel: number,
    programme: SourcePlace & { start: number; body: Uint8Array },
  ): void {
    this.problems.add(reason, programme, () => {
      const { titles } = JSON.parse(Buffer.from(programme.body).toString()) as Pick<GuideProgramme, 'titles'>;
      const channelId = this.channels[channel]?.xmltvId ?? '';
      return describeProgramme({ channelId, start: programme.start, titles });
    });
  }

  private indexOf(xmltvId: string, at: number, line: number): number | undefined {
    const known = this.indices.get(xmltvId);
    if (known !== undefined) return known;
    if (this.channels.length >= this.maxChannels || this.length + xmltvId.length > MAX_TOTAL_LENGTH) {
      this.problems.add('too-many-channels', { at, line }, () => xmltvId);
      return undefined;
    }
    const index =
      this.channels.push({ xmltvId, details: NO_DETAILS, isNamed: false, hasProgrammes: false }) - 1;
    this.indices.set(xmltvId, index);
    this.length += xmltvId.length;
    return index;
  }
}

function describe({ names, icons, numbers }: GuideChannel): string {
  const details: ListingDetails = {
    names: names.slice(0, MAX_NAMES),
    ...(icons ? { icons: icons.slice(0, MAX_ICONS) } : {}),
    ...(numbers ? { numbers: numbers.slice(0, MAX_ICONS) } : {}),
  };
  return JSON.stringify(details);
}
