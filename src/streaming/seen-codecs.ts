const MAX_SOURCES = 10_000;

/**
 * The codec that each source showed last, as long as the server runs. Players choose a decoder once: after a switch to
 * another codec ffmpeg and mpv stand still, so a source that shows what they know goes first.
 */
export class SeenCodecs {
  private readonly codecs = new Map<number, string>();

  constructor(private readonly maxSources = MAX_SOURCES) {}

  note(sourceId: number, codec: string): void {
    this.codecs.delete(sourceId);
    this.codecs.set(sourceId, codec);
    for (const oldest of this.codecs.keys()) {
      if (this.codecs.size <= this.maxSources) return;
      this.codecs.delete(oldest);
    }
  }

  /** Undefined while it has not been seen. */
  of(sourceId: number): string | undefined {
    return this.codecs.get(sourceId);
  }
}
