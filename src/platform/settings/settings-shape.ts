/** What can be changed while the server runs. Everything else belongs to the configuration. */
export interface Settings {
  /** Shown by players that show messages of a server. */
  message: string;
  /** IANA zone told to players; null = the one of the configuration. */
  timezone: string | null;
  /** Of a new user where nothing else is said; 0 = unlimited. */
  defaultMaxConnections: number;
  /** For users without a value of their own; null = the one of the configuration. */
  joinBehindSeconds: number | null;
  /** Show viewers what is wrong as a picture with words, where a user has no value of its own. */
  slates: boolean;
}

export const DEFAULT_SETTINGS: Readonly<Settings> = {
  message: '',
  timezone: null,
  defaultMaxConnections: 1,
  joinBehindSeconds: null,
  slates: false,
};

export const MAX_MESSAGE = 300;

export interface SettingRule {
  text: string;
  accepts: (value: unknown) => boolean;
}

export const SETTING_RULES: Readonly<Record<keyof Settings, SettingRule>> = {
  message: {
    text: `must be up to ${MAX_MESSAGE} characters on one line`,
    accepts: (value) =>
      typeof value === 'string' && value.length <= MAX_MESSAGE && !/[\p{Cc}\p{Cs}\u2028\u2029]/u.test(value),
  },
  timezone: {
    text: 'must be an IANA time zone such as Europe/Lisbon, or null',
    accepts: (value) => value === null || (typeof value === 'string' && isTimezone(value)),
  },
  defaultMaxConnections: {
    text: 'must be a whole number from 0 (unlimited) to 10000',
    accepts: (value) => isWhole(value, 10_000),
  },
  joinBehindSeconds: {
    text: 'must be a whole number from 0 to 60, or null',
    accepts: (value) => value === null || isWhole(value, 60),
  },
  slates: {
    text: 'must be true or false',
    accepts: (value) => typeof value === 'boolean',
  },
};

export function isSettingName(name: string): name is keyof Settings {
  return Object.hasOwn(SETTING_RULES, name);
}

function isWhole(value: unknown, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;
}

function isTimezone(zone: string): boolean {
  // Offsets such as +02:00 format well and mean nothing to players.
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(zone)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
