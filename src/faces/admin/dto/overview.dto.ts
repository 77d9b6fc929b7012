import { HOST_STATES } from '../../../platform/overview/overview-registry.js';
import { Told } from './fields.js';

const DATE_TIME = { type: String, format: 'date-time' } as const;
const TIME_OR_NULL = { ...DATE_TIME, nullable: true } as const;
const AGE = { type: 'integer', nullable: true } as const;
const NUMBERS = { type: 'object', additionalProperties: { type: 'number' } } as const;

class StaleDto {
  @Told('Id of the list, guide or feed.', { type: 'integer' })
  id!: number;

  @Told('Its name.', { type: String })
  name!: string;

  @Told('When it was last read well; null = never.', TIME_OR_NULL)
  lastSuccessAt!: string | null;

  @Told('Why its last reading failed.', { type: String })
  reason!: string;
}

class FreshnessDto {
  @Told('"lists", "guides", "feeds", "films".', { type: String })
  what!: string;

  @Told('Those that are not paused.', { type: 'integer' })
  total!: number;

  @Told('What was read longest ago; null = some were never read well.', TIME_OR_NULL)
  oldestSuccessAt!: string | null;

  @Told('Seconds since then.', AGE)
  ageSeconds!: number | null;

  @Told('What was read last; null = nothing.', TIME_OR_NULL)
  newestSuccessAt!: string | null;

  @Told('What is read next; null = nothing by a schedule.', TIME_OR_NULL)
  nextRunAt!: string | null;

  @Told('Those whose last reading failed, fifty at most.', { type: [StaleDto] })
  stale!: StaleDto[];
}

class HostDto {
  @Told('"tmdb", "rutube", "list", "guide", "feed", "engine".', { type: String })
  kind!: string;

  @Told('Its name.', { type: String })
  name!: string;

  @Told(
    '`degraded`: it fails, and what it said before serves. `down`: there is nothing of it, or only old things. `off`: it is not used. `unknown`: nobody has asked it yet.',
    { type: String, enum: [...HOST_STATES] },
  )
  state!: string;

  @Told('When it was last well, or became as it is; null = not known.', TIME_OR_NULL)
  since!: string | null;

  @Told('Last failure in words; null = none is known.', { type: String, nullable: true })
  lastError!: string | null;

  @Told('Last answer of use, of hosts that are asked again and again; null = not known.', TIME_OR_NULL)
  lastSuccessAt!: string | null;

  @Told('Last failure of such a host; null = not known.', TIME_OR_NULL)
  lastFailureAt!: string | null;

  @Told('Share of failures among its last hundred answers, 0 to 1; null = not counted.', {
    type: Number,
    nullable: true,
  })
  errorRate!: number | null;
}

class CacheDto {
  @Told('Name.', { type: String })
  name!: string;

  @Told('Questions it could answer since the start.', { type: 'integer' })
  hits!: number;

  @Told('Questions it could not answer.', { type: 'integer' })
  misses!: number;

  @Told('Answers it keeps at this moment; null = not counted.', { type: 'integer', nullable: true })
  entries!: number | null;

  @Told('Bytes of them; null = not counted.', { type: 'integer', nullable: true })
  bytes!: number | null;

  @Told('Share it could answer, 0 to 1; null = nobody asked.', { type: Number, nullable: true })
  hitRate!: number | null;

  @Told('The same within the last 24 hours.', { type: Number, nullable: true })
  hitRateOfDay!: number | null;
}

class TrafficDto {
  @Told('Answered requests.', { type: 'integer' })
  requests!: number;

  @Told('Of these, failures of Rooftop (5xx).', { type: 'integer' })
  errors!: number;

  @Told('Share of failures, 0 to 1; null = there were no requests.', { type: Number, nullable: true })
  errorRate!: number | null;

  @Told('Bytes of answers whose length was known; streams are not among them.', { type: 'integer' })
  bytes!: number;
}

class HourDto {
  @Told('Beginning of the hour.', DATE_TIME)
  at!: string;

  @Told('Requests of clients.', { type: TrafficDto })
  traffic!: TrafficDto;

  @Told('Most viewers at once.', { type: 'integer' })
  viewers!: number;

  @Told(
    'Everything that is counted, by name; `most …` is the most at once, `hits …` and `misses …` are of caches.',
    NUMBERS,
  )
  figures!: Record<string, number>;
}

export class OverviewDto {
  @Told('When this was put together.', DATE_TIME)
  at!: string;

  @Told('Seconds since the server was started.', { type: 'integer' })
  uptimeSeconds!: number;

  @Told('How fresh things are.', { type: [FreshnessDto] })
  freshness!: FreshnessDto[];

  @Told('Hosts that this server depends on.', { type: [HostDto] })
  hosts!: HostDto[];

  @Told('How many there are of a thing, by kind or state.', {
    type: 'object',
    additionalProperties: NUMBERS,
  })
  counts!: Record<string, Record<string, number>>;

  @Told('Streams, viewers and bits per second at this moment.', NUMBERS)
  now!: Record<string, number>;

  @Told('How often caches had what was asked for.', { type: [CacheDto] })
  caches!: CacheDto[];

  @Told('Requests of the last 24 hours.', { type: TrafficDto })
  day!: TrafficDto;

  @Told('The last 24 hours, the oldest first; kept over restarts.', { type: [HourDto] })
  hours!: HourDto[];

  @Told('Parts that could not tell how they are; the log says why.', { type: [String] })
  missing!: string[];
}
