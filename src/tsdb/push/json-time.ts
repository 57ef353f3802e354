// The time of a pushed metric: RFC 3339, or a number whose name tells its unit.

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):\d\d:\d\d(?:[.]\d+)?(?:[Zz]|[-+]\d\d:\d\d)$/;
/** As far as a date can be told. */
const LIMIT = 8.64e15;

/** @returns whole Unix milliseconds, NaN when the text is no time. */
export function parseRfc3339(text: string): number {
  const match = RFC3339.exec(text);
  if (match === null) return Number.NaN;
  const [, year, month, day, hour] = match;
  // `Date.parse` takes a 30 February for a 1 March, and an hour 24.
  if (hour === '24') return Number.NaN;
  if (Number(day) > 28 && Number(day) > lastDayOf(Number(year), Number(month))) return Number.NaN;
  return Math.floor(Date.parse(text));
}

/** @returns whole Unix milliseconds, NaN when it is no time. */
export function parseUnix(value: unknown, unitMs: number): number {
  const time = typeof value === 'number' ? Math.round(value * unitMs) : Number.NaN;
  return Math.abs(time) <= LIMIT ? time : Number.NaN;
}

function lastDayOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
