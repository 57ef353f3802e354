// Values and times as Prometheus' JSON writes them.

/**
 * A sample's value, as text so that no reader loses digits: the shortest form that reads back the same.
 * Source: `jsonutil.MarshalFloat` of Prometheus, with Go's names of what JSON has no number for.
 */
export function formatValue(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? '-0' : twoDigits(String(value));
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

// JavaScript and Go change to an exponent at the same sizes; Go writes at least two digits of it.
function twoDigits(text: string): string {
  // Not a regular expression, which would cost as much as all the rest.
  return text.at(-3) === 'e' ? `${text.slice(0, -1)}0${text.slice(-1)}` : text;
}

/** A scalar's value, which Prometheus writes without an exponent (`Scalar.MarshalJSON` of `promql`). */
export function formatScalar(value: number): string {
  const text = formatValue(value);
  const [, sign = '', whole = '', fraction = '', power] = /^(-?)(\d+)\.?(\d*)e([-+]\d+)$/.exec(text) ?? [];
  if (power === undefined) return text;
  const digits = whole + fraction;
  const point = whole.length + Number(power);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
}

/** A number as JSON that keeps the sign of zero; what JSON has no number for is text. */
export function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) return JSON.stringify(formatValue(value));
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Unix milliseconds as seconds, with three decimals or none. */
export function formatTime(milliseconds: number): string {
  const whole = milliseconds % 1000 === 0;
  return whole ? String(milliseconds / 1000) : (milliseconds / 1000).toFixed(3);
}
