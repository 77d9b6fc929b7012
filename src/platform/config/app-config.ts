import type { LogLevel } from '../errors/app-error.js';

export interface AppConfigValues {
  readonly server: {
    readonly host: string;
    /** 0 takes any free port. */
    readonly port: number;
    /** Without a slash at its end; null = derived from each request. */
    readonly publicUrl: string | null;
    readonly trustedProxies: readonly string[];
    readonly timezone: string;
  };
  /** What comes in, and how fast it must come. */
  readonly http: {
    readonly maxConnections: number;
    readonly maxConnectionsPerAddress: number;
    readonly headerTimeoutSeconds: number;
    readonly requestTimeoutSeconds: number;
    readonly keepAliveSeconds: number;
    readonly stalledSeconds: number;
    readonly maxHeaderBytes: number;
    readonly maxBodyBytes: number;
    readonly maxBackupBytes: number;
  };
  /** Absolute. */
  readonly dataDir: string;
  /** Absolute. */
  readonly logDir: string;
  /** null = SQLite in `dataDir`. */
  readonly database: { readonly url: string | null };
  readonly admin: { readonly username: string; readonly password: string | null };
  readonly acestream: {
    /** See `parseEngineAddress`. */
    readonly engines: readonly string[];
    readonly restartHook: string | null;
    readonly startTimeoutSeconds: number;
    readonly firstByteTimeoutSeconds: number;
    readonly maxStreamsPerEngine: number;
  };
  readonly sources: {
    readonly allowPrivate: boolean;
    readonly maxListBytes: number;
    readonly fetchTimeoutSeconds: number;
    readonly maxEntries: number;
    /** Share of the known entries, 0 to 1. */
    readonly shrinkThreshold: number;
  };
  readonly guides: {
    readonly fromLists: boolean;
    readonly maxBytes: number;
    readonly fetchTimeoutSeconds: number;
    /** Share of what is known, 0 to 1. */
    readonly shrinkThreshold: number;
    readonly keepDays: number;
    readonly maxChannels: number;
    readonly maxProgrammesPerChannel: number;
    readonly spoolBytes: number;
    readonly leastFreeBytes: number;
  };
  readonly images: {
    readonly keepLogos: boolean;
    readonly maxDiskBytes: number;
    readonly maxBytes: number;
    readonly maxPixels: number;
  };
  readonly streaming: {
    readonly ringBytes: number;
    readonly hlsBytes: number;
    readonly totalRingBytes: number;
    readonly joinBehindSeconds: number;
    readonly burstMbits: number;
    readonly lingerSeconds: number;
    readonly giveUpSeconds: number;
    readonly stallSeconds: number;
    readonly slowReaderSeconds: number;
    readonly maxReaders: number;
  };
  readonly checks: { readonly enabled: boolean; readonly pauseSeconds: number };
  readonly ffmpeg: {
    readonly path: string;
    readonly maxProcesses: number;
    readonly maxTranscodes: number;
    readonly videoEncoder: string;
    readonly inputOptions: string | null;
    readonly videoOptions: string | null;
  };
  readonly log: { readonly level: LogLevel; readonly maxFileBytes: number; readonly maxFiles: number };
  readonly auth: {
    readonly accessTokenMinutes: number;
    readonly refreshTokenDays: number;
    readonly verifiedSeconds: number;
  };
  readonly tmdb: {
    readonly token: string | null;
    readonly key: string | null;
    readonly baseUrl: string;
    readonly imageBaseUrl: string;
    readonly languages: readonly string[];
    readonly region: string | null;
    readonly proxy: string | null;
    readonly connections: number;
    readonly requestsPerSecond: number;
  };
  readonly rutube: {
    readonly baseUrl: string;
    readonly requestsPerSecond: number;
    readonly proxy: string | null;
  };
  readonly movies: { readonly requireLogin: boolean; readonly requestsPerMinute: number };
}

/** Everything the operator decides before the start; a class so that Nest can inject it by its type. */
export class AppConfig implements AppConfigValues {
  readonly server: AppConfigValues['server'];
  readonly http: AppConfigValues['http'];
  readonly dataDir: string;
  readonly logDir: string;
  readonly database: AppConfigValues['database'];
  readonly admin: AppConfigValues['admin'];
  readonly acestream: AppConfigValues['acestream'];
  readonly sources: AppConfigValues['sources'];
  readonly guides: AppConfigValues['guides'];
  readonly images: AppConfigValues['images'];
  readonly streaming: AppConfigValues['streaming'];
  readonly checks: AppConfigValues['checks'];
  readonly ffmpeg: AppConfigValues['ffmpeg'];
  readonly log: AppConfigValues['log'];
  readonly auth: AppConfigValues['auth'];
  readonly movies: AppConfigValues['movies'];
  readonly tmdb: AppConfigValues['tmdb'];
  readonly rutube: AppConfigValues['rutube'];

  constructor(values: AppConfigValues) {
    this.server = values.server;
    this.http = values.http;
    this.dataDir = values.dataDir;
    this.logDir = values.logDir;
    this.database = values.database;
    this.admin = values.admin;
    this.acestream = values.acestream;
    this.sources = values.sources;
    this.guides = values.guides;
    this.images = values.images;
    this.streaming = values.streaming;
    this.checks = values.checks;
    this.ffmpeg = values.ffmpeg;
    this.log = values.log;
    this.auth = values.auth;
    this.movies = values.movies;
    this.tmdb = values.tmdb;
    this.rutube = values.rutube;
  }

  /** Texts that must never appear in a log. */
  secrets(): string[] {
    return [
      this.admin.password,
      this.tmdb.token,
      this.tmdb.key,
      passwordOf(this.tmdb.proxy),
      passwordOf(this.rutube.proxy),
      passwordOf(this.database.url),
    ].filter((value) => value !== null);
  }
}

function passwordOf(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  return decodeURIComponent(new URL(url).password) || null;
}
