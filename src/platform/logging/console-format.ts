const COLOURS: Record<string, number> = { debug: 90, info: 36, warn: 33, error: 31 };

/** One JSON log line → one line for a person. Control characters of foreign text cannot move the cursor. */
export function formatForPerson(line: string, colour: boolean): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const clock = typeof time === 'string' ? time.slice(11, 23) : '';
  const name = String(level);
  const label = name.toUpperCase().padEnd(5);
  const shown = colour ? `\u001b[${COLOURS[name] ?? 0}m${label}\u001b[0m` : label;
  const details = Object.entries(fields).map(([key, value]) => ` ${key}=${show(value)}`);
  return `${clock} ${shown} ${harmless(String(msg) + details.join(''))}\n`;
}

function show(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
  if (isErrorField(value)) return JSON.stringify(value.message);
  return JSON.stringify(value);
}

/** The stack is for the log file; a person wants the sentence. */
function isErrorField(value: unknown): value is { message: string; stack: string } {
  return typeof value === 'object' && value !== null && 'stack' in value && 'message' in value;
}

function harmless(text: string): string {
  return text.replace(
    // eslint-disable-next-line no-control-regex -- control characters are what this is about
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
