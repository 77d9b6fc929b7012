/** A piece of a transport stream: whole 188-byte packets, usually one picture and what belongs to it. */
export interface MediaUnit {
  data: Buffer;
  /** How much playing time it advances. */
  seconds: number;
  /** Decoding can begin here; the unit then starts with PAT and PMT. */
  keyframe: boolean;
}

/** An endless picture. */
export interface MediaSource {
  next(): MediaUnit;
  /** While true, no unit is a keyframe. */
  suppressKeyframes: boolean;
}
