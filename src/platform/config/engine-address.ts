export const ENGINE_ROLES = ['all', 'play', 'probe'] as const;
/** Whether an engine serves viewers, checks of sources, or both. */
export type EngineRole = (typeof ENGINE_ROLES)[number];

export interface EngineAddress {
  /** Without a slash at its end. */
  url: string;
  role: EngineRole;
  /** null = what is set for all engines. */
  maxStreams: number | null;
  /** An engine of weight 2 gets twice the streams of one of weight 1. */
  weight: number;
}

const MAX = 100;

/**
 * Reads `http://host:6878`, optionally followed by `#` and options: `#role=probe&maxStreams=2&weight=3`. Undefined for
 * anything else.
 */
export function parseEngineAddress(text: string): EngineAddress | undefined {
  const [base = '', fragment = ''] = text.split('#', 2);
  const url = base.replace(/\/+$/, '');
  if (!/^https?:\/\//i.test(url) || url.includes('?') || !URL.canParse(url)) return undefined;
  const options = new URLSearchParams(fragment);
  const known = [...options.keys()].every((key) => ['role', 'maxStreams', 'weight'].includes(key));
  const role = ENGINE_ROLES.find((name) => name === (options.get('role') ?? 'all'));
  const maxStreams = wholeNumber(options.get('maxStreams'));
  const weight = wholeNumber(options.get('weight'));
  if (!known || !role || Number.isNaN(maxStreams) || Number.isNaN(weight)) return undefined;
  return { url, role, maxStreams, weight: weight ?? 1 };
}

/** The same as one text, without a slash at the end of its URL, from a YAML record or a text. */
export function engineAddressText(value: unknown): string | undefined {
  if (typeof value === 'string') return canonical(value.trim());
  if (typeof value !== 'object' || value === null) return undefined;
  const { url, ...options } = value as Record<string, unknown>;
  const fragment = Object.entries(options).map(([name, option]) => `${name}=${String(option)}`);
  const text = fragment.length === 0 ? String(url) : `${String(url)}#${fragment.join('&')}`;
  return canonical(text);
}

function canonical(text: string): string | undefined {
  const [base = '', ...fragment] = text.split('#');
  return parseEngineAddress(text) && [base.replace(/\/+$/, ''), ...fragment].join('#');
}

/** null where nothing is said, NaN for what is no number from 1 to 100. */
function wholeNumber(text: string | null): number | null {
  if (text === null) return null;
  const value = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  return value >= 1 && value <= MAX ? value : NaN;
}
