// Numbers in few characters: 0.84, 34.5, 1,234, 28.9k, 1.25M.

const UNITS = [
  { from: 1e9, unit: 'G' },
  { from: 1e6, unit: 'M' },
  { from: 1e4, unit: 'k' },
] as const;

/** Rounded to two decimals, or three digits; from ten thousand on with a unit; a dash for what is not known. */
export function shortNumber(value: number | undefined): string {
  if (value === undefined) return '–';
  const size = Math.abs(value);
  const { from, unit } = UNITS.find((one) => size >= one.from * 0.9995) ?? { from: 1, unit: '' };
  const scaled = value / (unit === 'k' ? 1000 : from);
  if (unit === '' && size >= 999.5) return Math.round(value).toLocaleString('en');
  const digits = Math.abs(scaled) < 9.995 ? 2 : Math.abs(scaled) < 99.95 ? 1 : 0;
  return scaled.toFixed(digits) + unit;
}
