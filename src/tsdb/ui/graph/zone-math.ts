// Wall clocks of time zones. A wall time is the number of milliseconds that the same clock in UTC would have.

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
  });
  formatters.set(zone, made);
  return made;
}

export function isZone(name: string): boolean {
  try {
    formatterOf(name);
    return true;
  } catch {
    return false;
  }
}

/** What a clock in the zone shows at a time. */
export function wallOf(time: number, zone: string): number {
  if (zone === 'UTC') return time;
  const at: Record<string, string> = {};
  for (const { type, value } of formatterOf(zone).formatToParts(time)) at[type] = value;
  const year = at.era === 'BC' || at.era === 'B' ? 1 - Number(at.year) : Number(at.year);
  const date = new Date(0);
  date.setUTCFullYear(year, Number(at.month) - 1, Number(at.day));
  date.setUTCHours(Number(at.hour), Number(at.minute), Number(at.second));
  return date.getTime() + (((time % 1000) + 1000) % 1000);
}

// Milliseconds that the clock is ahead of UTC.
function offsetAt(time: number, zone: string): number {
  return wallOf(time, zone) - time;
}

/**
 * When a clock in the zone shows a wall time: the first time where it shows it twice, the time as much later where the
 * clock leaps over it (RFC 5545, as Temporal's "compatible").
 */
export function timeOf(wall: number, zone: string): number {
  const before = wall - offsetAt(wall - 86_400_000, zone);
  if (wallOf(before, zone) === wall) return before;
  const after = wall - offsetAt(wall + 86_400_000, zone);
  return wallOf(after, zone) === wall ? after : before;
}
