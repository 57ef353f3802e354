// Numbers of an exposition, read from bytes: what Go's strconv.ParseFloat takes without `p` and `_`, to the same bit.

const NOT_A_NUMBER = /^nan$/i;
const INFINITE = /^[+-]?inf(?:inity)?$/i;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

// Powers of ten that a double holds exactly.
const POWERS = Float64Array.from({ length: 23 }, (_, i) => 10 ** i);
const EXACT_BELOW = 2 ** 53;

// Where reading stands: results without an object for each number.
let at = 0;
let mantissa = 0;
let digits = 0;

/** The end of the number that `readDecimal` read last. */
export function endOfDecimal(): number {
  return at;
}

/**
 * The number that begins at `start`, as far as its bytes are digits, points, signs and `e`; NaN when that is none, or one
 * whose value needs the long way. Its end is `endOfDecimal()`.
 *
 * Exact: up to 15 digits and some of 16 fit the 53 bits of a double, and one multiplication or division by an exact
 * power of ten rounds once, correctly (Clinger 1990).
 */
export function readDecimal(bytes: Buffer, start: number): number {
  const sign = bytes[start];
  at = sign === 45 || sign === 43 ? start + 1 : start;
  mantissa = 0;
  digits = 0;
  let seen = readDigits(bytes);
  let exponent = 0;
  if (bytes[at] === 46) {
    at += 1;
    exponent = -readDigits(bytes);
    seen -= exponent;
  }
  if (seen === 0 || digits > 16 || mantissa >= EXACT_BELOW) return Number.NaN;
  if (((bytes[at] as number) | 32) === 101) exponent += readExponent(bytes);
  const value = scaled(mantissa, exponent);
  return sign === 45 ? -value : value;
}

/** @returns how many; they are added to the mantissa, which is exact as long as it has not grown too large. */
function readDigits(bytes: Buffer): number {
  const first = at;
  for (let byte = bytes[at] as number; byte >= 48 && byte <= 57; byte = bytes[at] as number) {
    mantissa = mantissa * 10 + (byte - 48);
    if (mantissa !== 0) digits += 1;
    at += 1;
  }
  return at - first;
}

/** @returns NaN for no digits or absurdly many. */
function readExponent(bytes: Buffer): number {
  at += 1;
  const sign = bytes[at];
  if (sign === 45 || sign === 43) at += 1;
  const first = at;
  let exponent = 0;
  for (let byte = bytes[at] as number; byte >= 48 && byte <= 57; byte = bytes[at] as number) {
    exponent = exponent * 10 + (byte - 48);
    at += 1;
  }
  if (at === first || exponent > 9999) return Number.NaN;
  return sign === 45 ? -exponent : exponent;
}

function scaled(whole: number, exponent: number): number {
  if (exponent === 0) return whole;
  if (exponent < 0) return exponent >= -22 ? whole / (POWERS[-exponent] as number) : Number.NaN;
  return exponent <= 22 ? whole * (POWERS[exponent] as number) : Number.NaN;
}

/** The number of the bytes from `start` to `end`; undefined when they are none, or one too large for a double. */
export function parseNumber(bytes: Buffer, start: number, end: number): number | undefined {
  const value = readDecimal(bytes, start);
  if (at === end && !Number.isNaN(value)) return value;
  return parseNumberText(bytes.toString('latin1', start, end));
}

/** As `parseNumber`, of a text. Number() alone would take `''`, `' '` and `0x10`. */
export function parseNumberText(text: string): number | undefined {
  if (DECIMAL.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) ? value : undefined;
  }
  if (INFINITE.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return NOT_A_NUMBER.test(text) ? Number.NaN : undefined;
}
