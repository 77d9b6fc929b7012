// Which texts of a page can be a name, and which only say "here is a stream".

/** Words of labels that stand on every link, in the languages of the pages seen. */
const GENERIC = new Set(
  (
    'go stream streams streaming livestream live link links enlace enlaces lien lenke ссылка ссылки here click aqui aquí ici hier ' +
    'watch play player abspielen ansehen anschauen смотреть открыть открыт трансляция трансляции эфир ver view guarda ' +
    'regarder assistir ogladaj oglądaj izle open app приложении в in im on en de the now jetzt ace acestream acestreams ' +
    'sopcast sop torrent web webplayer hd fhd uhd sd hq 4k fullhd server servidor mirror option opción opcion source fuente ' +
    'quelle alternative copy copiar kopieren download free vip kbps mbps kbit mbit p i fps button icon no n'
  ).split(' '),
);
const BITRATE = /(?<![\p{L}\p{N}])\d{2,6}\s?(?:kbps|kb\/s|kbit\/s|mbps|mbit\/s)(?![\p{L}\p{N}])/iu;

/** Whether a text says more than that there is a stream. */
export function isTelling(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}\p{M}]+\p{N}*|\p{N}+\p{L}+/gu) ?? [];
  return words.some((word) => {
    const bare = word.replace(/^\p{N}+|\p{N}+$/gu, '');
    return bare.length > 1 && !GENERIC.has(word) && !GENERIC.has(bare);
  });
}

/** "Live Stream Sheffield – Crystal Palace" → "Sheffield – Crystal Palace". */
export function withoutLeadingGeneric(text: string): string {
  const words = text.split(' ');
  const first = words.findIndex(
    (word) => !GENERIC.has(word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')) && /[\p{L}\p{N}]/u.test(word),
  );
  return first <= 0 ? text : words.slice(first).join(' ');
}

export function bitrateIn(text: string): string | null {
  return BITRATE.exec(text)?.[0] ?? null;
}
