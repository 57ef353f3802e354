// The literals of PromQL: numbers, durations and texts, read as Prometheus' lexer and Go's strconv read them.

import { parseDuration } from '../../lib/duration.ts';

/** A number or a duration in seconds, with an optional sign. @returns undefined when it is neither. */
export function parseNumber(text: string): number | undefined {
  const [, sign = '', digits = ''] = /^([-+]?)\s*(.*)$/s.exec(text) ?? [];
  const value = parseUnsigned(digits);
  return value === undefined ? undefined : sign === '-' ? -value : value;
}

function parseUnsigned(text: string): number | undefined {
  if (/^(?:inf|nan)$/i.test(text))
    return text.toLowerCase() === 'inf' ? Number.POSITIVE_INFINITY : Number.NaN;
  if (/^0x[\da-f]+$/i.test(text)) return Number(text);
  // strconv.ParseInt with base 0 comes first.
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  const plain = /^\d+(?:_\d+)+$/.test(text) ? text.replaceAll('_', '') : text;
  if (/^(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(plain)) return Number(plain);
  const milliseconds = parseDuration(text);
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}

/** A duration or a number of seconds, with an optional sign. @returns whole milliseconds, or undefined. */
export function parseSignedDuration(text: string): number | undefined {
  const seconds = parseNumber(text);
  if (seconds === undefined || !Number.isFinite(seconds)) return undefined;
  const milliseconds = Math.round(seconds * 1000);
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

const PART =
  /\\(?:x([\da-fA-F]{2})|([0-7]{3})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([abfnrtv\\'"]))|([^\\]+)|(\\.?)/gsu;

/**
 * The text of a literal with its quotes; between backticks nothing is an escape.
 * @throws Error for an escape that Go's strconv.Unquote refuses.
 */
export function unquote(literal: string): string {
  const quote = literal[0];
  const body = literal.slice(1, -1);
  if (quote === '`') return body;
  if (body.includes('\n')) throw new Error('a line ends inside a text');
  // Through bytes: `\xc3\xa4` are two escapes and one letter.
  return Buffer.concat([...body.matchAll(PART)].map((part) => bytesOf(part, quote))).toString('utf8');
}

function bytesOf(
  [whole, hex, octal, short, long, letter, plain]: RegExpExecArray,
  quote: string | undefined,
): Buffer {
  if (plain !== undefined) return Buffer.from(plain);
  if (hex !== undefined) return Buffer.of(Number.parseInt(hex, 16));
  if (octal !== undefined && Number.parseInt(octal, 8) < 256) return Buffer.of(Number.parseInt(octal, 8));
  const point = Number.parseInt(short ?? long ?? 'x', 16);
  if (isCodePoint(point)) return Buffer.from(String.fromCodePoint(point));
  const meant = letter === quote ? letter : ESCAPES[letter ?? ''];
  if (meant === undefined) throw new Error(`${JSON.stringify(whole)} is no escape`);
  return Buffer.from(meant);
}

function isCodePoint(point: number): boolean {
  return point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
}
