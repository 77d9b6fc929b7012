import type { Dialect } from './dialect.js';

/**
 * A condition: one of the columns contains the text, without regard to case in any script. Each letter becomes a
 * class of its forms, because SQLite folds ASCII alone and PostgreSQL folds by the locale it was set up with.
 */
export function textContains(
  dialect: Dialect,
  columns: readonly string[],
  text: string,
): { sql: string; parameters: { textPattern: string } } {
  const operator = dialect === 'sqlite' ? 'GLOB' : '~';
  const pattern = Array.from(text, dialect === 'sqlite' ? globClass : regexClass).join('');
  return {
    sql: `(${columns.map((column) => `${column} ${operator} :textPattern`).join(' OR ')})`,
    parameters: { textPattern: dialect === 'sqlite' ? `*${pattern}*` : pattern },
  };
}

function globClass(letter: string): string {
  const forms = formsOf(letter);
  return forms.length > letter.length || '*?['.includes(letter) ? `[${forms}]` : letter;
}

function regexClass(letter: string): string {
  const forms = formsOf(letter);
  return forms.length > letter.length ? `[${forms}]` : letter.replace(/[\\^$.|?*+()[\]{}-]/, '\\$&');
}

/** Only forms of one character: ß has an upper case of two, which a class cannot hold. */
function formsOf(letter: string): string {
  const forms = [letter, letter.toLowerCase(), letter.toUpperCase()];
  return [...new Set(forms.filter((form) => Array.from(form).length === 1))].join('');
}
