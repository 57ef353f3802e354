// Times and durations in words. Times are Unix milliseconds; zones are names such as `Europe/Berlin`.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const UNITS = [
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', 1000],
] as const;

// Swedish writes dates as ISO 8601 does.
const LOCALE = 'sv-SE';
// To make one takes milliseconds.
const formatters = new Map<string, Record<'date' | 'time' | 'offset', Intl.DateTimeFormat>>();

function formatterOf(zone: string) {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = {
    date: new Intl.DateTimeFormat(LOCALE, { timeZone: zone, dateStyle: 'short' }),
    time: new Intl.DateTimeFormat(LOCALE, { timeZone: zone, timeStyle: 'medium' }),
    offset: new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'longOffset' }),
  };
  formatters.set(zone, made);
  return made;
}

/** `2026-03-29`. */
function formatDate(time: number, zone: string): string {
  return formatterOf(zone).date.format(time);
}

/** `12:03:11`. */
function formatClock(time: number, zone: string): string {
  return formatterOf(zone).time.format(time);
}

/** `2026-03-29 12:03:11`. */
function formatDateTime(time: number, zone: string): string {
  return `${formatDate(time, zone)} ${formatClock(time, zone)}`;
}

/** `2026-03-29 12:03:11.250 +02:00`: nothing is left open, also in the hour that comes twice. */
export function formatExact(time: number, zone: string): string {
  const milliseconds = ((time % 1000) + 1000) % 1000;
  const fraction = milliseconds === 0 ? '' : `.${String(Math.floor(milliseconds)).padStart(3, '0')}`;
  return `${formatDateTime(time, zone)}${fraction} ${offsetOf(time, zone)}`;
}

/** `12:03:11`, with the date when that is another day than today. */
export function formatTime(time: number, zone: string, now: number): string {
  const isToday = formatDate(time, zone) === formatDate(now, zone);
  return isToday ? formatClock(time, zone) : formatDateTime(time, zone);
}

/** `+02:00`, `UTC`. */
export function offsetOf(time: number, zone: string): string {
  const parts = formatterOf(zone).offset.formatToParts(time);
  const offset = parts.find(({ type }) => type === 'timeZoneName')?.value.replace('GMT', '') ?? '';
  return offset === '' || offset === '+00:00' ? 'UTC' : offset;
}

/** `4s ago`, `3m 20s ago`, `2d 4h ago`, `in 12s`, `now`: at most two units, the second only below a day. */
export function formatAgo(time: number, now: number): string {
  const span = formatSpan(Math.abs(now - time));
  if (span === '0s') return 'now';
  return time > now ? `in ${span}` : `${span} ago`;
}

/** A length of time in at most two neighbouring units, without what is below a second: `3m 20s`, `2d`. */
export function formatSpan(milliseconds: number): string {
  const i = UNITS.findIndex(([, length]) => milliseconds >= length);
  const [unit, length] = UNITS[i] ?? ['s', 1000];
  const text = `${Math.floor(milliseconds / length)}${unit}`;
  const [next, nextLength] = UNITS[i + 1] ?? [];
  if (i === -1 || next === undefined) return text;
  const rest = Math.floor((milliseconds % length) / nextLength);
  return rest === 0 ? text : `${text} ${rest}${next}`;
}

/** How long something took, with three digits that count: `3.42 ms`, `850 ms`, `1.25 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds === 0) return '0 ms';
  const [amount, unit] = seconds < 0.9995 ? [seconds * 1000, 'ms'] : [seconds, 's'];
  return `${Number(amount.toPrecision(3))} ${unit}`;
}
