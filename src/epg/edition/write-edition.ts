import { mergeSchedules } from '../../core/guide/merge.js';
import { dayOf, type ScheduledProgramme } from '../../core/guide/page.js';
import { placeholderProgrammes } from '../../core/guide/placeholder.js';
import { scheduledElement } from '../../core/xmltv/programme-out.js';
import { WallClock } from '../../core/xmltv/zones.js';
import type { EditionChannel, EditionFiles, EditionOrder } from './edition-job.js';
import { EditionWriter } from './edition-writer.store.js';

/** Programmes of one guide channel, as its source means them. */
export type ReadProgrammes = (
  guideChannelId: number,
  from: number,
  to: number,
) => Promise<readonly ScheduledProgramme[]>;

const MINUTE = 60;
const DAY = 86_400;
const AHEAD_SECONDS = 21 * DAY;
/** Placeholders have no end; players need the next few days. */
const PLACEHOLDER_SECONDS = 7 * DAY;

/** Writes the programmes of every channel of an order. Leaves no file when it fails. */
export async function writeEdition(
  order: EditionOrder,
  place: string,
  read: ReadProgrammes,
): Promise<EditionFiles> {
  const writer = new EditionWriter(place);
  const clocks = new Map<string, WallClock>();
  try {
    for (const channel of order.channels) {
      writer.beginChannel();
      const programmes = await programmesOf(channel, order, read, clocks);
      for (const [day, list] of byDay(programmes)) {
        const text = list.map((one) => scheduledElement(channel.guideId, one)).join('');
        if (text !== '') writer.addPiece(day, text, list.length);
      }
    }
    const files = writer.finish({ madeOf: order.madeOf, madeAt: order.nowSeconds });
    writer.close();
    return files;
  } catch (error) {
    writer.close();
    writer.discard();
    throw error;
  }
}

async function programmesOf(
  channel: EditionChannel,
  { nowSeconds, timeZone }: EditionOrder,
  read: ReadProgrammes,
  clocks: Map<string, WallClock>,
): Promise<ScheduledProgramme[]> {
  // Whole days, so that an edition made an hour later is the same to the byte.
  const today = dayOf(nowSeconds) * DAY;
  const from = today - channel.daysBack * DAY;
  if (channel.placeholder !== null) {
    const { name, rule } = channel.placeholder;
    const question = { name, rule: { timeZone, ...rule }, from, to: today + PLACEHOLDER_SECONDS };
    return placeholderProgrammes({
      ...question,
      now: nowSeconds,
      clockOf: (zone) => clockOf(zone, clocks),
    });
  }
  const to = today + AHEAD_SECONDS;
  const schedules: ScheduledProgramme[][] = [];
  for (const { guideChannelId, shiftMinutes } of channel.links) {
    const shift = shiftMinutes * MINUTE;
    const found = await read(guideChannelId, from - shift, to - shift);
    schedules.push(
      found.map((one) => (shift === 0 ? one : { ...one, start: one.start + shift, stop: one.stop + shift })),
    );
  }
  return schedules.length === 1 ? (schedules[0] ?? []) : mergeSchedules(schedules);
}

function clockOf(zone: string, clocks: Map<string, WallClock>): WallClock {
  const clock = clocks.get(zone) ?? new WallClock(zone);
  clocks.set(zone, clock);
  return clock;
}

/** Programmes come in the order of their starts, so days do too. */
function byDay(programmes: readonly ScheduledProgramme[]): Map<number, ScheduledProgramme[]> {
  const days = new Map<number, ScheduledProgramme[]>();
  for (const programme of programmes) {
    const day = dayOf(programme.start);
    const list = days.get(day);
    if (list) list.push(programme);
    else days.set(day, [programme]);
  }
  return days;
}
