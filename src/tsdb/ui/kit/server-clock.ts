// The clock of the server: ages of what it tells are counted by it, since the clock of a browser may be wrong.

/** Milliseconds that the server is ahead of the browser. */
let ahead = 0;

/** An answer tells whole seconds, and took its time. */
const UNSURE_MS = 3000;

/** @param date the header of an answer that has just come. */
export function learnServerClock(date: string | null): void {
  const difference = Date.parse(date ?? '') - Date.now();
  if (Math.abs(difference - ahead) > UNSURE_MS) ahead = Math.abs(difference) > UNSURE_MS ? difference : 0;
}

/** Milliseconds that the server is ahead, as far as its answers tell: 0 while that is little, or nothing is known. */
export function serverAhead(): number {
  return ahead;
}

/** Unix milliseconds by the clock of the server. */
export function serverNow(): number {
  return Date.now() + ahead;
}
