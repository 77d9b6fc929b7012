import type { SourceObservation } from './source-record.js';

/** What one hour brought for one source. Sums; divide by the count beside them. */
export interface HourFigures {
  starts: number;
  pictures: number;
  /** Times to the first picture, over `pictures`. */
  waitMs: number;
  cuts: number;
  playedSeconds: number;
  /** Peers and kilobytes per second, over `samples`. */
  samples: number;
  peers: number;
  speedKbs: number;
}

/** What a hostile engine may claim at most, so that sums fit into 31 bits. */
const MAX_PEERS = 100_000;
const MAX_SPEED_KBS = 1_000_000;
const MAX_WAIT_MS = 600_000;

export function noFigures(): HourFigures {
  return {
    starts: 0,
    pictures: 0,
    waitMs: 0,
    cuts: 0,
    playedSeconds: 0,
    samples: 0,
    peers: 0,
    speedKbs: 0,
  };
}

/** Epoch seconds → whole hours since the epoch. */
export function hourOf(epochSeconds: number): number {
  return Math.floor(epochSeconds / 3600);
}

/** Adds one observation in place. */
export function addTo(figures: HourFigures, observation: SourceObservation): void {
  switch (observation.kind) {
    case 'picture':
      figures.starts++;
      figures.pictures++;
      figures.waitMs += bounded(observation.waitSeconds * 1000, MAX_WAIT_MS);
      break;
    case 'failure':
      figures.starts++;
      break;
    case 'cut':
      figures.cuts++;
      break;
    case 'played':
      figures.playedSeconds += bounded(observation.seconds, 3600);
      if (observation.peers === null && observation.speedKbs === null) break;
      figures.samples++;
      figures.peers += bounded(observation.peers ?? 0, MAX_PEERS);
      figures.speedKbs += bounded(observation.speedKbs ?? 0, MAX_SPEED_KBS);
      break;
  }
}

function bounded(value: number, max: number): number {
  return Number.isFinite(value) ? Math.round(Math.min(max, Math.max(0, value))) : 0;
}
