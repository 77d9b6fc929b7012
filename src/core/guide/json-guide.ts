import { tidyLine } from '../xmltv/tidy.js';
import { describeProgramme, GuideProblems } from '../xmltv/problems.js';
import { GuideTimes } from '../xmltv/time.js';
import type {
  GuideChannel,
  GuideHandler,
  GuideLimits,
  GuideProblemReason,
  GuideReader,
  GuideReaderOptions,
  GuideSummary,
} from '../xmltv/types.js';
import { DEFAULT_GUIDE_LIMITS } from '../xmltv/types.js';
import type { JsonObject } from './json-fields.js';
import * as fields from './json-fields.js';
import { firstAddress, firstText, objectOf, textOf } from './json-fields.js';
import type { JsonTimes } from './json-programme.js';
import { isProgramme, programmeOf, startOf, stopOf } from './json-programme.js';

export interface JsonGuideOptions extends GuideReaderOptions {
  /** The channel that was asked for, where the answer does not name it. */
  channelId?: string;
  /** That there is nothing in it is no problem: it is the page after the last one. */
  mayBeEmpty?: boolean;
}

const NOW_PLAYING = ['current', 'now', 'now_playing', 'next'];

/**
 * A provider's JSON guide → the records of XMLTV. No shape is configured: programmes are whatever has a title and a start
 * that is a time, wherever they stand (bare list, `{data}`, `{epg: [{data}]}`, one list for each channel); their channel
 * is the one they name, or the object around their list, or the key of the list, or the one that was asked for.
 */
export class JsonGuideReader implements GuideReader {
  private readonly limits: GuideLimits;
  private readonly problems: GuideProblems;
  private readonly times: JsonTimes;
  private readonly chunks: Uint8Array[] = [];
  private readonly told = new Set<string>();
  private bytes = 0;
  private ordinal = 0;
  private channels = 0;
  private programmes = 0;

  /** Throws RangeError for an unknown default zone. */
  constructor(
    private readonly handler: GuideHandler,
    private readonly options: JsonGuideOptions = {},
  ) {
    this.limits = { ...DEFAULT_GUIDE_LIMITS, ...options.limits };
    this.problems = new GuideProblems(this.limits.maxProblems);
    this.times = { source: new GuideTimes(options.defaultZone), moscow: new GuideTimes('Europe/Moscow') };
  }

  write(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    if (this.bytes <= this.limits.maxDocumentBytes) this.chunks.push(Uint8Array.from(chunk));
    else this.chunks.length = 0;
  }

  end(): GuideSummary {
    const isTooLarge = this.bytes > this.limits.maxDocumentBytes;
    const document = isTooLarge ? undefined : this.parse();
    if (isTooLarge) this.problem('record-too-large');
    else if (document === undefined) this.problem('broken-json');
    else {
      this.walk(document, this.options.channelId ?? null, 0);
      if (this.channels + this.programmes === 0) this.nothingFound(document);
    }
    return {
      channels: this.channels,
      programmes: this.programmes,
      bytes: this.bytes,
      encoding: 'utf-8',
      problemsBy: this.problems.by,
      problems: this.problems.kept,
      isTruncated: document === undefined,
    };
  }

  private nothingFound(document: unknown): void {
    if (!isEmpty(document, this.limits.maxDepth)) this.problem('unknown-shape');
    else if (this.options.mayBeEmpty !== true) this.problem('empty');
  }

  private parse(): unknown {
    const text = new TextDecoder().decode(Buffer.concat(this.chunks));
    this.chunks.length = 0;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  }

  private walk(value: unknown, channelId: string | null, depth: number): void {
    if (depth > this.limits.maxDepth) return this.problem('too-deep');
    if (Array.isArray(value)) return this.walkList(value, channelId, depth);
    const object = objectOf(value);
    if (!object) return;
    const own = this.channelOf(object, channelId) ?? channelId;
    const isByChannel = own === null && isDictionary(object);
    for (const [key, inside] of Object.entries(object)) {
      const single = NOW_PLAYING.includes(key) ? objectOf(inside) : null;
      if (single && isProgramme(single, this.times)) this.programme(single, own);
      else this.walk(inside, isByChannel ? tidyLine(key) : own, depth + 1);
    }
  }

  private walkList(list: readonly unknown[], channelId: string | null, depth: number): void {
    const objects = list.map(objectOf);
    const isOfProgrammes = objects.some((object) => object !== null && isProgramme(object, this.times));
    if (!isOfProgrammes) {
      for (const value of list) this.walk(value, channelId, depth + 1);
      return;
    }
    for (const object of objects) if (object) this.programme(object, channelId);
  }

  private programme(object: JsonObject, around: string | null): void {
    this.ordinal++;
    const channelId = this.channelOfProgramme(object) ?? around;
    const start = startOf(object, this.times);
    const said = { object, channelId, start };
    if (firstText([object], fields.TITLE) === '') return this.problem('no-title', said);
    if (start === null) return this.problem('no-start', said);
    if (start < this.limits.earliest || start >= this.limits.latest) return this.problem('bad-time', said);
    if (channelId === null || channelId === '') return this.problem('no-channel', said);
    const stop = this.stop(said, start);
    this.programmes++;
    const programme = programmeOf(object, { channelId, start, stop }, this.limits);
    this.handler.programme(programme, this.ordinal, 0);
  }

  private stop(said: Said, start: number): number | null {
    const stop = stopOf(said.object, this.times);
    if (stop === null || (stop > start && stop < this.limits.latest)) return stop;
    this.problem(stop === start ? 'zero-length' : stop < start ? 'backwards' : 'bad-time', said);
    return null;
  }

  private channelOfProgramme(object: JsonObject): string | null {
    for (const key of fields.CHANNEL_OF) {
      const value = object[key];
      const channel = objectOf(value);
      if (channel) return this.tellChannel(channel);
      const id = tidyLine(textOf(value));
      if (id !== '' && id.length <= this.limits.maxValueLength) {
        const name = firstText([object], ['station_label', 'channel_name', 'channelName']);
        this.tell({ id, names: name === '' ? [] : [{ text: tidyLine(name) }] });
        return id;
      }
    }
    return null;
  }

  /** The channel an object is, or has beside the list of its programmes. */
  private channelOf(object: JsonObject, around: string | null): string | null {
    const beside = objectOf(object.channel) ?? objectOf(object.Canal);
    if (beside) return this.tellChannel(beside);
    const hasList = Object.values(object).some((value) => Array.isArray(value) && this.isSchedule(value));
    const hasName = firstText([object], fields.CHANNEL_NAME) !== '';
    if (!hasList) return hasName && hasLogo(object) ? this.tellChannel(object) : null;
    // A bare `id` beside a list may be that of a day or a page, so it counts only where nothing else names a channel.
    const isChannel = hasName || around === null || firstText([object], fields.CHANNEL_OF) !== '';
    return isChannel ? this.tellChannel(object) : null;
  }

  private isSchedule(list: readonly unknown[]): boolean {
    const first = objectOf(list[0]);
    return first !== null && isProgramme(first, this.times);
  }

  private tellChannel(object: JsonObject): string | null {
    const id = tidyLine(firstText([object], fields.CHANNEL_ID));
    if (id === '' || id.length > this.limits.maxValueLength) return null;
    const name = tidyLine(firstText([object], fields.CHANNEL_NAME));
    const logo = firstAddress([object], fields.CHANNEL_LOGO);
    const number = textOf(object[fields.CHANNEL_NUMBER.find((key) => typeof object[key] === 'number') ?? '']);
    this.tell({
      id,
      names: name === '' ? [] : [{ text: name.slice(0, this.limits.maxValueLength) }],
      ...(logo === '' || logo.length > this.limits.maxValueLength ? {} : { icons: [logo] }),
      ...(number === '' ? {} : { numbers: [number] }),
    });
    return id;
  }

  /** Each channel once, when its name is known. */
  private tell(channel: GuideChannel): void {
    if (channel.names.length === 0 || this.told.has(channel.id)) return;
    this.told.add(channel.id);
    this.channels++;
    this.handler.channel(channel, this.ordinal, 0);
  }

  private problem(reason: GuideProblemReason, said?: Said): void {
    this.problems.add(reason, { at: this.ordinal, line: 0 }, () =>
      said ? describe(said) : (this.options.channelId ?? ''),
    );
  }
}

/** A programme, as far as it is known what it says. */
interface Said {
  object: JsonObject;
  channelId: string | null;
  start: number | null;
}

function describe({ object, channelId, start }: Said): string {
  const text = firstText([object], fields.TITLE);
  return describeProgramme({ channelId: channelId ?? '', start, titles: [{ text }] });
}

/** Nothing at all, or nothing in one of the lists where programmes and channels stand. */
function isEmpty(value: unknown, depth: number): boolean {
  if (value === null) return true;
  if (typeof value !== 'object' || depth === 0) return false;
  const isEmptyInside = (inside: unknown): boolean => isEmpty(inside, depth - 1);
  return (
    Object.values(value).every(isEmptyInside) ||
    Object.entries(value).some(([key, inside]) => fields.CONTAINERS.has(key) && isEmptyInside(inside))
  );
}

function hasLogo(object: JsonObject): boolean {
  return fields.CHANNEL_LOGO.some((key) => object[key] !== undefined);
}

/** Nothing but lists, under keys that are no words for lists: the keys are channels. */
function isDictionary(object: JsonObject): boolean {
  const entries = Object.entries(object);
  return (
    entries.length > 0 &&
    entries.every(
      ([key, value]) =>
        typeof value === 'object' &&
        value !== null &&
        !fields.CONTAINERS.has(key) &&
        !/^\d{4}-?\d\d-?\d\d/.test(key),
    )
  );
}
