/** The package comes without types; this is what we use of it. */
declare module 'pino-roll' {
  export interface RollOptions {
    file: string;
    extension: string;
    /** A number with a unit: `b`, `k`, `m` or `g`. */
    size: string;
    limit: { count: number; removeOtherLogFiles: boolean };
    sync: boolean;
    /** Bytes that may wait for the disk; what comes on top is dropped. */
    maxLength: number;
    mode: number;
  }

  export interface RollingStream {
    write(line: string): boolean;
    end(): void;
    on(event: 'error', handler: (error: Error) => void): this;
    once(event: 'close', handler: () => void): this;
  }

  export default function pinoRoll(options: RollOptions): Promise<RollingStream>;
}
