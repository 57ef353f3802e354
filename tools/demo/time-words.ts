// Times as the screen shows them: in UTC, as the log and /status do.

import { formatDuration } from '../../src/lib/duration.ts';

/** `12:03:11`, of Unix milliseconds. */
export function clockTime(unixMs: number): string {
  return new Date(unixMs).toISOString().slice(11, 19);
}

/** How long something has lasted, in whole seconds: `0s`, `1m12s`. */
export function lasted(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return seconds === 0 ? '0s' : formatDuration(seconds * 1000);
}
