export interface SmallGuideOptions {
  channels: number;
  /** Of each channel, an hour each. */
  hours: number;
  /** Epoch seconds of the first programme. */
  from: number;
  /** Goes into every title, so that the same guide can be told anew. */
  edition?: string;
  firstChannel?: number;
}

export function xmltvStamp(epochSeconds: number): string {
  return `${new Date(epochSeconds * 1000).toISOString().replace(/[-:T]/g, '').slice(0, 14)} +0000`;
}

/** A tidy XMLTV document, hour after hour through all channels, as some grabbers write them. */
export function smallGuide(options: SmallGuideOptions): string {
  const { channels, hours, from, edition = '', firstChannel = 1 } = options;
  const numbers = Array.from({ length: channels }, (_, index) => firstChannel + index);
  const heads = numbers.map(
    (n) => `<channel id="ch${n}"><display-name lang="en">Channel ${n}</display-name></channel>`,
  );
  const programmes = Array.from({ length: hours }, (_, hour) => {
    const start = xmltvStamp(from + hour * 3600);
    const stop = xmltvStamp(from + (hour + 1) * 3600);
    return numbers.map(
      (n) =>
        `<programme start="${start}" stop="${stop}" channel="ch${n}"><title lang="en">Show ${n}.${hour} ${edition}</title><desc>About ${hour}</desc></programme>`,
    );
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<tv>\n${[...heads, ...programmes.flat()].join('\n')}\n</tv>\n`;
}
