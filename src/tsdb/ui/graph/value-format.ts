// Numbers for people: exact in tables and files, shorter where somebody points, shortest at an axis.

const SUFFIXES = ['', 'k', 'M', 'G', 'T', 'P'];

/** The shortest text that is this number again, as Prometheus names the special ones. */
export function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

const SHORT_DIGITS = 6;

/** At most six digits of what is not whole, and always all of its whole part: `0.333333`, `1763780000`. */
export function formatShort(value: number): string {
  if (!Number.isFinite(value) || Number.isInteger(value)) return formatValue(value);
  const digits = Math.max(SHORT_DIGITS, Math.trunc(Math.abs(value)).toString().length);
  return formatValue(Number(value.toPrecision(digits)));
}

/** Marks of an axis, all with the same number of decimals and the same suffix: `0`, `2.5k`, `5.0k`. */
export function formatMarks(marks: readonly number[]): string[] {
  const largest = Math.max(...marks.map(Math.abs), 0);
  const step = marks.length > 1 ? Math.abs((marks[1] as number) - (marks[0] as number)) : largest;
  if (largest >= 1e18 || (largest > 0 && largest < 1e-6))
    return marks.map((mark) => (mark === 0 ? '0' : mark.toExponential(digitsOf(step, largest))));
  const power = largest < 10_000 ? 0 : Math.min(SUFFIXES.length - 1, Math.floor(Math.log10(largest) / 3));
  const unit = 1000 ** power;
  const decimals = decimalsOf(step / unit);
  return marks.map((mark) => (mark === 0 ? '0' : `${(mark / unit).toFixed(decimals)}${SUFFIXES[power]}`));
}

function digitsOf(step: number, largest: number): number {
  return step === 0 ? 2 : Math.max(0, Math.min(6, Math.ceil(Math.log10(largest / step))));
}

// As many as the step needs: 0.25 needs two.
function decimalsOf(step: number): number {
  for (let decimals = 0; decimals < 12; decimals++) {
    if (Math.abs(Number(step.toFixed(decimals)) - step) < step / 1000) return decimals;
  }
  return 12;
}
