import type { LogLevel } from '../errors/app-error.js';
import * as types from './value-types.js';
import type { ValueType } from './value-types.js';

/** One setting: where it comes from, what it may be, and the sentence the documentation says about it. */
export interface Setting<T> {
  env: string;
  type: ValueType<T>;
  default: T;
  /** Never shown; may also be read from the file that `<env>_FILE` names. */
  secret?: boolean;
  doc: string;
}

function setting<T>(definition: Setting<T>): Setting<T> {
  return definition;
}

const SECONDS = { min: 1, max: 86_400 };
const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

/** The only list of settings. Sample file, `.env.example` and `docs/configuration.md` are written from it. */
export const DEFINITIONS = {
  server: {
    host: setting({
      env: 'ROOFTOP_HOST',
      type: types.text('a host name or an address'),
      default: '0.0.0.0',
      doc: 'Address the server listens on. Use 127.0.0.1 behind a reverse proxy on the same machine.',
    }),
    port: setting({
      env: 'ROOFTOP_PORT',
      type: types.integer({ min: 0, max: 65_535 }),
      default: 8080,
      doc: 'Port the server listens on; 0 takes any free port.',
    }),
    publicUrl: setting<string | null>({
      env: 'ROOFTOP_PUBLIC_URL',
      type: types.optional(types.baseUrl()),
      default: null,
      doc: 'Address under which players reach the server, for links in playlists. Not set: taken from each request.',
    }),
    trustedProxies: setting<string[]>({
      env: 'ROOFTOP_TRUSTED_PROXIES',
      type: types.list(types.network()),
      default: [],
      doc: 'Reverse proxies whose X-Forwarded-* headers are believed.',
    }),
    timezone: setting({
      env: 'ROOFTOP_TIMEZONE',
      type: types.timezone(),
      default: 'UTC',
      doc: 'Time zone told to players, and the one in which guide times are shown.',
    }),
  },
  http: {
    maxConnections: setting({
      env: 'ROOFTOP_HTTP_MAX_CONNECTIONS',
      type: types.integer({ min: 1, max: 1_000_000 }),
      default: 4096,
      doc: 'Connections open at once, streams included; a further one is closed.',
    }),
    maxConnectionsPerAddress: setting({
      env: 'ROOFTOP_HTTP_MAX_CONNECTIONS_PER_ADDRESS',
      type: types.integer({ min: 1, max: 1_000_000 }),
      default: 1024,
      doc: 'The same for one address, so that nobody takes all of them. Does not count for trusted proxies.',
    }),
    headerTimeoutSeconds: setting({
      env: 'ROOFTOP_HTTP_HEADER_TIMEOUT_SECONDS',
      type: types.integer(SECONDS),
      default: 20,
      doc: 'How long a client may take to send the head of a request.',
    }),
    requestTimeoutSeconds: setting({
      env: 'ROOFTOP_HTTP_REQUEST_TIMEOUT_SECONDS',
      type: types.integer(SECONDS),
      default: 300,
      doc: 'How long a client may take to send a whole request, an uploaded backup included. Answers may take as long as they like.',
    }),
    keepAliveSeconds: setting({
      env: 'ROOFTOP_HTTP_KEEP_ALIVE_SECONDS',
      type: types.integer(SECONDS),
      default: 75,
      doc: 'How long an idle connection stays open for the next request. Keep it above the idle time of a reverse proxy in front.',
    }),
    stalledSeconds: setting({
      env: 'ROOFTOP_HTTP_STALLED_SECONDS',
      type: types.integer(SECONDS),
      default: 120,
      doc: 'A client that takes no byte of an answer for this long is closed. Streams have a limit of their own.',
    }),
    maxHeaderBytes: setting({
      env: 'ROOFTOP_HTTP_MAX_HEADER_BYTES',
      type: types.bytes({ min: 4096, max: MiB }),
      default: 16 * 1024,
      doc: 'Largest head of a request.',
    }),
    maxBodyBytes: setting({
      env: 'ROOFTOP_HTTP_MAX_BODY_BYTES',
      type: types.bytes({ min: 64 * 1024, max: 64 * MiB }),
      default: MiB,
      doc: 'Largest body of a request. Uploaded backups have a limit of their own.',
    }),
    maxBackupBytes: setting({
      env: 'ROOFTOP_HTTP_MAX_BACKUP_BYTES',
      type: types.bytes({ min: MiB, max: 64 * GiB }),
      default: 2 * GiB,
      doc: 'Largest backup that may be uploaded.',
    }),
  },
  dataDir: setting({
    env: 'ROOFTOP_DATA_DIR',
    type: types.text('a folder'),
    default: 'data',
    doc: 'Folder of the database and of everything worth a backup. Relative paths start at the project folder.',
  }),
  logDir: setting({
    env: 'ROOFTOP_LOG_DIR',
    type: types.text('a folder'),
    default: 'logs',
    doc: 'Folder of the log files. Relative paths start at the project folder.',
  }),
  database: {
    url: setting<string | null>({
      env: 'ROOFTOP_DATABASE_URL',
      type: types.optional(types.url('postgres', 'postgresql')),
      default: null,
      secret: true,
      doc: 'PostgreSQL database. Not set: SQLite, as one file in the data folder.',
    }),
  },
  admin: {
    username: setting({
      env: 'ROOFTOP_ADMIN_USERNAME',
      type: types.text('3 to 64 characters of A-Z a-z 0-9 . _ -', (value) => /^[\w.-]{3,64}$/.test(value)),
      default: 'owner',
      doc: 'Name of the first administrator, created at the first start.',
    }),
    password: setting<string | null>({
      env: 'ROOFTOP_ADMIN_PASSWORD',
      type: types.optional(types.secret('4 to 72 bytes of text without blanks', isPassword)),
      default: null,
      secret: true,
      doc: 'Password of the first administrator. Not set: one is made up and shown once at the first start.',
    }),
  },
  acestream: {
    engines: setting<string[]>({
      env: 'ROOFTOP_ACESTREAM_ENGINES',
      type: types.list(types.engine()),
      default: ['http://127.0.0.1:6878'],
      doc: 'Base addresses of the AceStream engines.',
    }),
    restartHook: setting<string | null>({
      env: 'ROOFTOP_ACESTREAM_RESTART_HOOK',
      type: types.optional(
        types.text('an http(s) address or the absolute path of a program', (value) =>
          /^(https?:\/\/\S|\/)/i.test(value),
        ),
      ),
      default: null,
      secret: true,
      doc: 'Asked to restart an engine that is dead, at most every two minutes: an address that is sent a POST with {"engine": address}, or a program that gets the address as its argument.',
    }),
    startTimeoutSeconds: setting({
      env: 'ROOFTOP_ACESTREAM_START_TIMEOUT_SECONDS',
      type: types.integer(SECONDS),
      default: 15,
      doc: 'How long an engine may take to answer a start.',
    }),
    firstByteTimeoutSeconds: setting({
      env: 'ROOFTOP_ACESTREAM_FIRST_BYTE_TIMEOUT_SECONDS',
      type: types.integer(SECONDS),
      default: 45,
      doc: 'How long a started stream may take to find peers and send its first bytes.',
    }),
    maxStreamsPerEngine: setting({
      env: 'ROOFTOP_ACESTREAM_MAX_STREAMS_PER_ENGINE',
      type: types.integer({ min: 1, max: 100 }),
      default: 5,
      doc: 'Different streams one engine carries at once. Lower it when an engine stutters under several streams.',
    }),
  },
  sources: {
    allowPrivate: setting({
      env: 'ROOFTOP_ALLOW_PRIVATE_SOURCES',
      type: types.flag(),
      default: false,
      doc: 'Lets every list, guide and stream lie in the local network. A single source can be allowed on its own.',
    }),
    maxListBytes: setting({
      env: 'ROOFTOP_SOURCES_MAX_LIST_BYTES',
      type: types.bytes({ min: 64 * 1024, max: 2 * GiB }),
      default: 64 * MiB,
      doc: 'Largest channel list that is read, after decompression.',
    }),
    fetchTimeoutSeconds: setting({
      env: 'ROOFTOP_SOURCES_FETCH_TIMEOUT_SECONDS',
      type: types.integer(SECONDS),
      default: 120,
      doc: 'How long fetching one list may take in all.',
    }),
    maxEntries: setting({
      env: 'ROOFTOP_SOURCES_MAX_ENTRIES',
      type: types.integer({ min: 1, max: 2_000_000 }),
      default: 200_000,
      doc: 'Entries taken from one list; the rest is reported and left out.',
    }),
    shrinkThreshold: setting({
      env: 'ROOFTOP_SOURCES_SHRINK_THRESHOLD',
      type: types.share(),
      default: 0.5,
      doc: 'A list that suddenly holds less than this share of its known entries is held back until somebody confirms it. 0 applies everything.',
    }),
  },
  guides: {
    fromLists: setting({
      env: 'ROOFTOP_GUIDES_FROM_LISTS',
      type: types.flag(),
      default: true,
      doc: 'Reads the guides that channel lists name (url-tvg). Off: they are added paused, for you to resume.',
    }),
    maxBytes: setting({
      env: 'ROOFTOP_GUIDES_MAX_BYTES',
      type: types.bytes({ min: MiB, max: 64 * GiB }),
      default: 2 * GiB,
      doc: 'Largest guide that is read, after decompression.',
    }),
    fetchTimeoutSeconds: setting({
      env: 'ROOFTOP_GUIDES_FETCH_TIMEOUT_SECONDS',
      type: types.integer(SECONDS),
      default: 1800,
      doc: 'How long fetching one guide may take in all.',
    }),
    shrinkThreshold: setting({
      env: 'ROOFTOP_GUIDES_SHRINK_THRESHOLD',
      type: types.share(),
      default: 0.5,
      doc: 'A guide that suddenly holds less than this share of its known channels, programmes or days ahead is held back until somebody confirms it. 0 applies everything.',
    }),
    keepDays: setting({
      env: 'ROOFTOP_GUIDES_KEEP_DAYS',
      type: types.integer({ min: 0, max: 60 }),
      default: 1,
      doc: 'Days for which past programmes are kept; longer where a channel has a longer archive.',
    }),
    maxChannels: setting({
      env: 'ROOFTOP_GUIDES_MAX_CHANNELS',
      type: types.integer({ min: 1, max: 1_000_000 }),
      default: 50_000,
      doc: 'Channels of one guide that are read; further ones are left out and counted.',
    }),
    maxProgrammesPerChannel: setting({
      env: 'ROOFTOP_GUIDES_MAX_PROGRAMMES_PER_CHANNEL',
      type: types.integer({ min: 1, max: 1_000_000 }),
      default: 20_000,
      doc: 'Programmes of one channel of a guide that are read; further ones are left out and counted.',
    }),
    spoolBytes: setting({
      env: 'ROOFTOP_GUIDES_SPOOL_BYTES',
      type: types.bytes({ min: 4 * MiB, max: GiB }),
      default: 24 * MiB,
      doc: 'Memory in which the programmes of a guide that is being read wait; what does not fit waits in a file.',
    }),
    leastFreeBytes: setting({
      env: 'ROOFTOP_GUIDES_LEAST_FREE_BYTES',
      type: types.bytes({ min: 0, max: 1024 * GiB }),
      default: 64 * MiB,
      doc: 'Room that stays free on the disk of the data folder: a guide that would take it is given up, and everything else can still be written.',
    }),
  },
  streaming: {
    ringBytes: setting({
      env: 'ROOFTOP_STREAMING_RING_BYTES',
      type: types.bytes({ min: MiB, max: GiB }),
      default: 16 * MiB,
      doc: 'Memory that one running stream keeps for joining and slow viewers.',
    }),
    hlsBytes: setting({
      env: 'ROOFTOP_STREAMING_HLS_BYTES',
      type: types.bytes({ min: MiB, max: GiB }),
      default: 48 * MiB,
      doc: 'Memory for the HLS segments of one stream, as far as its ring does not hold them anyway. Counts within the total of all streams.',
    }),
    totalRingBytes: setting({
      env: 'ROOFTOP_STREAMING_TOTAL_RING_BYTES',
      type: types.bytes({ min: MiB, max: 1024 * GiB }),
      default: 512 * MiB,
      doc: 'Memory that all running streams keep together.',
    }),
    joinBehindSeconds: setting({
      env: 'ROOFTOP_STREAMING_JOIN_BEHIND_SECONDS',
      type: types.integer({ min: 0, max: 60 }),
      default: 5,
      doc: 'How far behind the newest picture a viewer joins: more seconds open channels faster, 0 has the least delay.',
    }),
    burstMbits: setting({
      env: 'ROOFTOP_STREAMING_BURST_MBITS',
      type: types.integer({ min: 0, max: 10_000 }),
      default: 0,
      doc: 'How fast a joining viewer gets the seconds before the present, in Mbit/s; 0 = as fast as the connection takes them. Try 20 where weak boxes stumble when a channel opens.',
    }),
    lingerSeconds: setting({
      env: 'ROOFTOP_STREAMING_LINGER_SECONDS',
      type: types.integer({ min: 0, max: 3600 }),
      default: 20,
      doc: 'How long a stream stays open after its last viewer left.',
    }),
    giveUpSeconds: setting({
      env: 'ROOFTOP_STREAMING_GIVE_UP_SECONDS',
      type: types.integer(SECONDS),
      default: 60,
      doc: 'How long a broken stream is repaired before its viewers are closed.',
    }),
    stallSeconds: setting({
      env: 'ROOFTOP_STREAMING_STALL_SECONDS',
      type: types.integer(SECONDS),
      default: 20,
      doc: 'A source that sends nothing for this long counts as dead.',
    }),
    slowReaderSeconds: setting({
      env: 'ROOFTOP_STREAMING_SLOW_READER_SECONDS',
      type: types.integer(SECONDS),
      default: 30,
      doc: 'A viewer who takes no byte for this long is closed.',
    }),
    maxReaders: setting({
      env: 'ROOFTOP_STREAMING_MAX_READERS',
      type: types.integer({ min: 1, max: 100_000 }),
      default: 1000,
      doc: 'Viewers served at once, over all streams.',
    }),
  },
  checks: {
    enabled: setting({
      env: 'ROOFTOP_CHECKS_ENABLED',
      type: types.flag(),
      default: true,
      doc: 'Looks now and then, one at a time, whether dead sources live again and untried alternates play. Only where places are free; viewers always come first.',
    }),
    pauseSeconds: setting({
      env: 'ROOFTOP_CHECKS_PAUSE_SECONDS',
      type: types.integer({ min: 10, max: 86_400 }),
      default: 300,
      doc: 'Pause between two checks of sources.',
    }),
  },
  ffmpeg: {
    path: setting({
      env: 'ROOFTOP_FFMPEG_PATH',
      type: types.text('a program'),
      default: 'ffmpeg',
      doc: 'ffmpeg 5 or newer, by name or path. Only sources that are no transport stream (RTSP, RTMP, UDP, SRT, some HLS), transcoding and the watch over pictures need it.',
    }),
    maxProcesses: setting({
      env: 'ROOFTOP_FFMPEG_MAX_PROCESSES',
      type: types.integer({ min: 1, max: 200 }),
      default: 8,
      doc: 'ffmpeg processes at once.',
    }),
    maxTranscodes: setting({
      env: 'ROOFTOP_FFMPEG_MAX_TRANSCODES',
      type: types.integer({ min: 0, max: 100 }),
      default: 2,
      doc: 'Streams transcoded at once, for users with a transcode profile. Each keeps about a processor core busy.',
    }),
    videoEncoder: setting({
      env: 'ROOFTOP_FFMPEG_VIDEO_ENCODER',
      type: types.text('an encoder of ffmpeg', (value) => /^[a-z0-9_]{2,40}$/.test(value)),
      default: 'libx264',
      doc: 'Encoder of transcoded pictures, e.g. h264_vaapi, h264_qsv or h264_nvenc.',
    }),
    inputOptions: setting<string | null>({
      env: 'ROOFTOP_FFMPEG_INPUT_OPTIONS',
      type: types.optional(types.text('options of ffmpeg')),
      default: null,
      doc: 'Options before the input of a transcoding, e.g. -hwaccel vaapi -hwaccel_output_format vaapi -vaapi_device /dev/dri/renderD128.',
    }),
    videoOptions: setting<string | null>({
      env: 'ROOFTOP_FFMPEG_VIDEO_OPTIONS',
      type: types.optional(types.text('options of ffmpeg')),
      default: '-preset veryfast -pix_fmt yuv420p',
      doc: 'Options of the encoder, e.g. -vf scale_vaapi=w=-2:h=720. Without -vf the picture is scaled in software.',
    }),
  },
  images: {
    maxDiskBytes: setting({
      env: 'ROOFTOP_IMAGES_MAX_DISK_BYTES',
      type: types.bytes({ min: MiB, max: 1024 * GiB }),
      default: GiB,
      doc: 'Disk space for posters and logos; what nobody looked at for longest goes first.',
    }),
    keepLogos: setting({
      env: 'ROOFTOP_KEEP_LOGOS',
      type: types.flag(),
      default: false,
      doc: 'Fetch the logos of channels once and show them from this server. Needs ROOFTOP_PUBLIC_URL; logos that cannot be fetched stay where they are.',
    }),
    maxBytes: setting({
      env: 'ROOFTOP_IMAGES_MAX_BYTES',
      type: types.bytes({ min: 64 * 1024, max: 100 * MiB }),
      default: 10 * MiB,
      doc: 'Largest picture that is fetched.',
    }),
    maxPixels: setting({
      env: 'ROOFTOP_IMAGES_MAX_PIXELS',
      type: types.integer({ min: 10_000, max: 268_000_000 }),
      default: 50_000_000,
      doc: 'Largest picture that is decoded, in pixels: four bytes of memory each.',
    }),
  },
  log: {
    level: setting<LogLevel>({
      env: 'ROOFTOP_LOG_LEVEL',
      type: types.choice('debug', 'info', 'warn', 'error'),
      default: 'info',
      doc: 'The least important messages that are still written.',
    }),
    maxFileBytes: setting({
      env: 'ROOFTOP_LOG_MAX_FILE_BYTES',
      type: types.bytes({ min: 64 * 1024, max: GiB }),
      default: 10 * MiB,
      doc: 'Size at which a new log file is begun.',
    }),
    maxFiles: setting({
      env: 'ROOFTOP_LOG_MAX_FILES',
      type: types.integer({ min: 1, max: 1000 }),
      default: 5,
      doc: 'Log files kept; the oldest goes first.',
    }),
  },
  auth: {
    accessTokenMinutes: setting({
      env: 'ROOFTOP_AUTH_ACCESS_TOKEN_MINUTES',
      type: types.integer({ min: 1, max: 1440 }),
      default: 15,
      doc: 'Life of an administrator’s access token.',
    }),
    refreshTokenDays: setting({
      env: 'ROOFTOP_AUTH_REFRESH_TOKEN_DAYS',
      type: types.integer({ min: 1, max: 365 }),
      default: 30,
      doc: 'Days after which an administrator has to log in again.',
    }),
    verifiedSeconds: setting({
      env: 'ROOFTOP_AUTH_VERIFIED_SECONDS',
      type: types.integer({ min: 0, max: 3600 }),
      default: 300,
      doc: 'How long a checked password of a viewer is remembered, as a keyed digest in memory. A change of the account forgets it at once.',
    }),
  },
  movies: {
    requireLogin: setting({
      env: 'ROOFTOP_MOVIES_REQUIRE_LOGIN',
      type: types.flag(),
      default: false,
      doc: 'Answer /api/movies, /api/persons and /api/genres only to viewers who log in (HTTP Basic).',
    }),
    requestsPerMinute: setting({
      env: 'ROOFTOP_MOVIES_REQUESTS_PER_MINUTE',
      type: types.integer({ min: 0, max: 1_000_000 }),
      default: 600,
      doc: 'How often one address may ask /api/movies, /api/persons and /api/genres. 0 = as often as it likes.',
    }),
  },
  tmdb: {
    token: setting<string | null>({
      env: 'ROOFTOP_TMDB_TOKEN',
      type: types.optional(types.secret('the API read access token of TMDB', noSpace)),
      default: null,
      secret: true,
      doc: 'TMDB API read access token (v4). Either this or the key is needed for film data.',
    }),
    key: setting<string | null>({
      env: 'ROOFTOP_TMDB_KEY',
      type: types.optional(types.secret('the API key of TMDB', noSpace)),
      default: null,
      secret: true,
      doc: 'TMDB API key (v3), for those who have no token.',
    }),
    baseUrl: setting({
      env: 'ROOFTOP_TMDB_BASE_URL',
      type: types.baseUrl(),
      default: 'https://api.themoviedb.org/3',
      doc: 'Base address of the TMDB API.',
    }),
    imageBaseUrl: setting({
      env: 'ROOFTOP_TMDB_IMAGE_BASE_URL',
      type: types.baseUrl(),
      default: 'https://image.tmdb.org/t/p',
      doc: 'Base address of the pictures of TMDB.',
    }),
    languages: setting<string[]>({
      env: 'ROOFTOP_TMDB_LANGUAGES',
      type: types.list(types.text('a language such as de or de-DE', isLanguage)),
      default: ['en-US'],
      doc: 'Languages of titles and descriptions, the preferred one first.',
    }),
    region: setting<string | null>({
      env: 'ROOFTOP_TMDB_REGION',
      type: types.optional(types.text('a country such as DE', (value) => /^[A-Z]{2}$/.test(value))),
      default: null,
      doc: 'Country whose age ratings count and whose popular films are listed. Not set: the country of the first language.',
    }),
    proxy: setting<string | null>({
      env: 'ROOFTOP_TMDB_PROXY',
      type: types.optional(types.url('http')),
      default: null,
      secret: true,
      doc: 'HTTP proxy through which TMDB is asked, e.g. http://user:password@host:3128. Pictures are fetched without it.',
    }),
    connections: setting({
      env: 'ROOFTOP_TMDB_CONNECTIONS',
      type: types.integer({ min: 1, max: 16 }),
      default: 4,
      doc: 'Connections to TMDB open at once.',
    }),
    requestsPerSecond: setting({
      env: 'ROOFTOP_TMDB_REQUESTS_PER_SECOND',
      type: types.integer({ min: 1, max: 50 }),
      default: 20,
      doc: 'Requests sent to TMDB in a second, at most.',
    }),
  },
  rutube: {
    baseUrl: setting({
      env: 'ROOFTOP_RUTUBE_BASE_URL',
      type: types.baseUrl(),
      default: 'https://rutube.ru',
      doc: 'Base address of Rutube, or of a mirror of its API. A mirror may stand in a private network.',
    }),
    requestsPerSecond: setting({
      env: 'ROOFTOP_RUTUBE_REQUESTS_PER_SECOND',
      type: types.integer({ min: 1, max: 20 }),
      default: 2,
      doc: 'Requests sent to the API of Rutube in a second, at most. Segments of films do not count.',
    }),
    proxy: setting<string | null>({
      env: 'ROOFTOP_RUTUBE_PROXY',
      type: types.optional(types.url('http')),
      default: null,
      secret: true,
      doc: 'HTTP proxy through which Rutube is asked and its films are fetched, e.g. http://user:password@host:3128.',
    }),
  },
};

/** The value tree that a tree of settings describes. */
export type ValuesOf<T> = { -readonly [K in keyof T]: T[K] extends Setting<infer V> ? V : ValuesOf<T[K]> };

export interface NamedSetting extends Setting<unknown> {
  /** Place in YAML, e.g. `server.port`. */
  path: string;
}

/** Every setting with its path, in the order of the table. */
export function listSettings(tree: object = DEFINITIONS, prefix = ''): NamedSetting[] {
  return Object.entries(tree).flatMap(([name, entry]: [string, object]) =>
    isSetting(entry) ? [{ ...entry, path: `${prefix}${name}` }] : listSettings(entry, `${prefix}${name}.`),
  );
}

/** Fills the tree of settings with `pick`'s values. */
export function fillValues(pick: (setting: NamedSetting) => unknown): ValuesOf<typeof DEFINITIONS> {
  const fill = (tree: object, prefix: string): unknown =>
    Object.fromEntries(
      Object.entries(tree).map(([name, entry]: [string, object]) => [
        name,
        isSetting(entry) ? pick({ ...entry, path: `${prefix}${name}` }) : fill(entry, `${prefix}${name}.`),
      ]),
    );
  return fill(DEFINITIONS, '') as ValuesOf<typeof DEFINITIONS>;
}

function isSetting(entry: object): entry is Setting<unknown> {
  return 'env' in entry && 'type' in entry;
}

/** As for every account; bcrypt reads no more than 72 bytes. */
function isPassword(value: string): boolean {
  return value.length >= 4 && Buffer.byteLength(value) <= 72 && noSpace(value);
}

function noSpace(value: string): boolean {
  return /^\S+$/.test(value);
}

function isLanguage(value: string): boolean {
  return /^[a-z]{2}(-[A-Z]{2})?$/.test(value);
}
