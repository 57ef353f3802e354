// Names that are more than letters, digits, `_` and `:`, for readers that take no others.

/** The ways that content negotiation names, by Prometheus' words. */
export type Escaping = 'allow-utf-8' | 'underscores' | 'dots' | 'values';

const PLAIN_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** Whether every reader of the field takes the name as it is. */
export function isPlainName(name: string): boolean {
  return PLAIN_NAME.test(name);
}

/**
 * A name that is not plain is escaped, others stay.
 * Source: `EscapeName` of Prometheus' `common/model`.
 */
export function escapeName(name: string, escaping: Escaping): string {
  if (escaping === 'allow-utf-8' || name === '' || isPlainName(name)) return name;
  const escaped = ESCAPES[escaping];
  const letters = Array.from(name, (letter, i) => escaped(letter, isPlainLetter(letter, i)));
  return (escaping === 'values' ? 'U__' : '') + letters.join('');
}

type Escape = (letter: string, isPlain: boolean) => string;

const ESCAPES: Readonly<Record<Exclude<Escaping, 'allow-utf-8'>, Escape>> = {
  underscores: (letter, isPlain) => (isPlain ? letter : '_'),
  dots(letter, isPlain) {
    if (letter === '.') return '_dot_';
    return isPlain && letter !== '_' ? letter : '__';
  },
  values(letter, isPlain) {
    if (letter === '_') return '__';
    return isPlain ? letter : `_${letter.codePointAt(0)?.toString(16)}_`;
  },
};

function isPlainLetter(letter: string, position: number): boolean {
  return position === 0 ? /[a-zA-Z_:]/.test(letter) : /[a-zA-Z0-9_:]/.test(letter);
}

/** What `values` escaped; a text that it did not make stays. */
export function unescapeName(name: string): string {
  const [, escaped] = /^U__((?:[a-zA-Z0-9:]|__|_[\da-f]{1,6}_)*)$/i.exec(name) ?? [];
  if (escaped === undefined) return name;
  return escaped.replace(/__|_([\da-f]{1,6})_/gi, (_, hex?: string) => letterOf(hex));
}

function letterOf(hex: string | undefined): string {
  const point = Number.parseInt(hex ?? '5f', 16);
  return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
}
