// One instant on both clocks.

/** `wall` (Unix ms) is shown, ages are taken from `mono` (ms, never jumps). */
export interface Moment {
  readonly wall: number;
  readonly mono: number;
}

export type Clock = () => Moment;

/** The clocks of this machine. */
export function systemClock(): Moment {
  return { wall: Date.now(), mono: performance.now() };
}
