/** What a slate says: a headline, and up to three lines that explain it. */
export interface SlateText {
  title: string;
  lines?: readonly string[];
}

export const CARD_WIDTH = 1280;
export const CARD_HEIGHT = 720;

const MAX_TITLE = 44;
const MAX_LINE = 64;
const MAX_LINES = 3;
const BACKGROUND = '#14181f';
const LETTERS = new Intl.Segmenter();
const FONT = 'DejaVu Sans, Noto Sans, Liberation Sans, Arial, sans-serif';

/** The card as SVG. Texts are foreign: cut to what fits, without control characters, escaped. */
export function slateCard({ title, lines = [] }: SlateText): string {
  const rows = lines
    .slice(0, MAX_LINES)
    .map((line, index) => text(line, MAX_LINE, 410 + index * 58, 36, '#b8c0cc'));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${CARD_WIDTH}" height="${CARD_HEIGHT}">`,
    `<rect width="${CARD_WIDTH}" height="${CARD_HEIGHT}" fill="${BACKGROUND}"/>`,
    `<rect x="592" y="224" width="96" height="8" fill="#f0a33c"/>`,
    text(title, MAX_TITLE, 328, 62, '#ffffff'),
    ...rows,
    '</svg>',
  ].join('');
}

/** The card without its words. */
export function emptyCard(): string {
  return slateCard({ title: '' });
}

function text(value: string, max: number, y: number, size: number, colour: string): string {
  const shown = escape(cut(value, max));
  return `<text x="${CARD_WIDTH / 2}" y="${y}" font-size="${size}" font-family="${FONT}" fill="${colour}" text-anchor="middle">${shown}</text>`;
}

function cut(value: string, max: number): string {
  const letters = Array.from(
    LETTERS.segment(value.replace(/[\p{C}\s]+/gu, ' ').trim()),
    ({ segment }) => segment,
  );
  return letters.length <= max ? letters.join('') : `${letters.slice(0, max - 1).join('')}…`;
}

function escape(value: string): string {
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
