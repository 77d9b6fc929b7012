/** Epoch seconds → `YYYY-MM-DD HH:MM:SS` in one zone. */
export type ZoneFormatter = (epochSeconds: number) => string;

/**
 * Makes the formatter of an IANA zone; make it once and keep it. `server_info.timezone`, `time_now` and the
 * times of the guide must all come from the same zone: IPTVnator derives the offset from them.
 * Throws RangeError when the zone is unknown.
 */
export function zoneFormatter(zone: string): ZoneFormatter {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  return (epochSeconds) => {
    const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
    for (const { type, value } of format.formatToParts(epochSeconds * 1000)) part[type] = value;
    return `${part.year ?? ''}-${part.month ?? ''}-${part.day ?? ''} ${part.hour ?? ''}:${part.minute ?? ''}:${part.second ?? ''}`;
  };
}
