/** What panels say of their files; players choose their reader by it. */
const TYPES: Readonly<Record<string, string>> = {
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  mkv: 'video/x-matroska',
  webm: 'video/webm',
  avi: 'video/x-msvideo',
  '3gp': 'video/3gpp',
  flv: 'video/x-flv',
  wmv: 'video/x-ms-wmv',
  mov: 'video/quicktime',
  mpg: 'video/mpeg',
  mpeg: 'video/mpeg',
  ts: 'video/mp2t',
};
const UNKNOWN = 'application/octet-stream';

/** The media type of a file: as its container says, else as its host does. `told` in lower case, "" = nothing. */
export function fileType(container: string, told: string): string {
  const known = TYPES[container.toLowerCase()];
  if (known !== undefined) return known;
  return /^(video|audio)\/[\w.+-]+$/.test(told) ? told : UNKNOWN;
}
