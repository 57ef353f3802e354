// The fleet's clock: time is cut into windows of 15 s, and within one window a sensor says the same to everyone.

export const WINDOW_MS = 15_000;
export const WINDOW_SECONDS = WINDOW_MS / 1000;

/** The number of the window that a unix time in milliseconds lies in. */
export function windowOf(nowMs: number): number {
  return Math.floor(nowMs / WINDOW_MS);
}
