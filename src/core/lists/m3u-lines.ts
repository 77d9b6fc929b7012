/** Receives one line without its end. `isCut`: it was longer than allowed and only its beginning is given. */
export type LineHandler = (line: string, number: number, isCut: boolean) => void;

/**
 * Text chunks of any size → lines ended by LF, CRLF or CR alone. Holds at most one line of `maxLength` characters.
 */
export class LineSplitter {
  private held = '';
  private isCut = false;
  private number = 1;
  private endedOnCr = false;

  constructor(
    private readonly maxLength: number,
    private readonly onLine: LineHandler,
  ) {}

  push(chunk: string): void {
    let start = 0;
    if (chunk !== '' && this.endedOnCr) {
      this.endedOnCr = false;
      if (chunk.startsWith('\n')) start = 1;
    }
    let lf = find(chunk, '\n', start);
    let cr = find(chunk, '\r', start);
    while (lf < chunk.length || cr < chunk.length) {
      const end = Math.min(lf, cr);
      this.hold(chunk, start, end);
      this.emit();
      start = end + 1;
      if (end === cr) {
        if (start === chunk.length) this.endedOnCr = true;
        else if (chunk.charCodeAt(start) === 0x0a) start++;
      }
      if (lf < start) lf = find(chunk, '\n', start);
      if (cr < start) cr = find(chunk, '\r', start);
    }
    this.hold(chunk, start, chunk.length);
  }

  /** The last line, which may have no end. */
  end(): void {
    if (this.held !== '' || this.isCut) this.emit();
  }

  private hold(chunk: string, start: number, end: number): void {
    if (end <= start) return;
    const room = this.maxLength - this.held.length;
    if (end - start > room) this.isCut = true;
    if (room > 0) this.held += chunk.slice(start, Math.min(end, start + room));
  }

  private emit(): void {
    const line = this.held;
    const isCut = this.isCut;
    this.held = '';
    this.isCut = false;
    this.onLine(line, this.number++, isCut);
  }
}

function find(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at;
}
