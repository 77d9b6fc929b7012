/** Reads one parameter of a call; undefined when nobody sent it. */
export type ParameterReader = (name: string) => string | undefined;

/** Larger bodies hold no parameters of a player. */
const MAX_BODY_BYTES = 16 * 1024;

/**
 * Parameters from the path, the query and the body, in this order of precedence. The body counts whatever its
 * declared type: IPTV Smarters posts forms, empty bodies and `{}` alike, with or without a content type.
 */
export function readParameters(params: unknown, query: unknown, body: unknown): ParameterReader {
  const fromBody = parseBody(body);
  return (name) => textOf(params, name) ?? textOf(query, name) ?? fromBody(name);
}

function parseBody(body: unknown): ParameterReader {
  if (!Buffer.isBuffer(body)) return (name) => textOf(body, name);
  if (body.length === 0 || body.length > MAX_BODY_BYTES) return () => undefined;
  const text = body.toString('utf8').trim();
  if (text.startsWith('{')) {
    const values = parseJson(text);
    return (name) => textOf(values, name);
  }
  const form = new URLSearchParams(text);
  return (name) => form.getAll(name).at(-1);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // A body that is no JSON holds no parameters; the query may still hold them all.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A member as text; of a repeated one the last, as the panels do. */
function textOf(holder: unknown, name: string): string | undefined {
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, name)) return undefined;
  const value: unknown = (holder as Record<string, unknown>)[name];
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  if (typeof last === 'string') return last;
  return typeof last === 'number' && Number.isFinite(last) ? String(last) : undefined;
}
