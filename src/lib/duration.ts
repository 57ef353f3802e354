// Durations as Prometheus writes them: 30s, 1m30s, 2h, 100ms.

const UNITS = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

// The grammar of model.ParseDuration in prometheus/common: units fall, each at most once.
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/**
 * Reads a Prometheus duration, or a bare whole number as seconds.
 * @returns milliseconds, or undefined when the text is no duration.
 */
export function parseDuration(text: string): number | undefined {
  if (/^\d+$/.test(text)) return safe(Number(text) * UNITS.s);
  const match = DURATION.exec(text);
  if (match === null || text === '') return undefined;
  const factors = Object.values(UNITS);
  return safe(match.slice(1).reduce((sum, digits, i) => sum + Number(digits ?? 0) * (factors[i] ?? 0), 0));
}

function safe(milliseconds: number): number | undefined {
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}

/** Writes an age for people, to the second from one second on: `4m12s`, `1h`, `350ms`. */
export function formatAge(milliseconds: number): string {
  const unit = Math.round(milliseconds) < UNITS.s ? UNITS.ms : UNITS.s;
  return formatDuration(Math.round(milliseconds / unit) * unit);
}

/** Writes whole milliseconds so that `parseDuration` reads the same again: `1m30s`, `1s500ms`, `0ms`. */
export function formatDuration(milliseconds: number): string {
  let rest = milliseconds;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / UNITS[unit]);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * UNITS[unit];
  }
  return text === '' ? '0ms' : text;
}
