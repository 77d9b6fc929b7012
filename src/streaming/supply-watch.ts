export interface SupplyOptions {
  /** Over how long the supply is judged, ms. */
  windowMs: number;
  /** Below this share of real time it is too little. */
  minRatio: number;
  /** So far in advance of real time a source may deliver before it is held back, ms. */
  maxAheadMs: number;
}

/** Clocks of sources run up to so much faster than ours without being held back for it. */
const DRIFT = 0.02;
/** A viewer whose source fell behind real time by this much since the start has seen it stop. */
const FELT_DEFICIT_MS = 3_000;

/**
 * Compares the time that passes in the pictures with the time on the wall. Engines deliver a burst far above real
 * time first, and a file served as a channel comes as fast as the line; later a dying source delivers too little
 * while its connection looks healthy.
 */
export class SupplyWatch {
  private aheadMs = 0;
  private creditMs = 0;
  private windowAt: number;
  private windowMediaMs = 0;
  private lastAt: number;

  constructor(
    private readonly options: SupplyOptions,
    nowMs: number,
  ) {
    this.windowAt = this.lastAt = nowMs;
  }

  /** `mediaMs` of pictures arrived since the last call. */
  note(mediaMs: number, nowMs: number): void {
    const wallMs = nowMs - this.lastAt;
    this.lastAt = nowMs;
    this.windowMediaMs += mediaMs;
    this.aheadMs = Math.max(0, this.aheadMs + mediaMs - wallMs * (1 + DRIFT));
    this.creditMs = Math.min(this.options.maxAheadMs, this.creditMs + mediaMs - wallMs);
  }

  get tooFarAhead(): boolean {
    return this.aheadMs > this.options.maxAheadMs;
  }

  /** Whether a source that was held back may go on. */
  get mayResume(): boolean {
    return this.aheadMs < this.options.maxAheadMs * 0.8;
  }

  /** True once when a whole window brought too little and viewers must have felt it. Starts the next window. */
  starved(nowMs: number): boolean {
    const elapsed = nowMs - this.windowAt;
    if (elapsed < this.options.windowMs) return false;
    const starved = this.windowMediaMs < elapsed * this.options.minRatio && this.creditMs < -FELT_DEFICIT_MS;
    this.windowAt = nowMs;
    this.windowMediaMs = 0;
    return starved;
  }
}
