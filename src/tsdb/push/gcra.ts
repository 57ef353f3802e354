// The generic cell rate algorithm: a rate and a burst by one number a client, exact in whole numbers.

/** @see Rate.perSecond for the unit of the number. */
export interface Rate {
  /**
   * A whole number. The number of a client is its theoretical arrival time: milliseconds times this rate, so that
   * neither a unit (1000) nor a millisecond (the rate) is ever rounded. It is exact while rate × milliseconds is below
   * 2^53: 28 years at 10,000.
   */
  readonly perSecond: number;
  /** How many units fit in at once after a rest. */
  readonly burst: number;
}

const UNIT = 1000;

/** A rate whose burst is what one second allows. */
export function oneSecondOf(perSecond: number): Rate {
  return { perSecond, burst: perSecond };
}

/**
 * @param arrival the client's number; 0 of one that is new.
 * @param now a clock in whole milliseconds that never jumps.
 * @returns the milliseconds to wait until `units` fit in; 0: they do now.
 */
export function waitFor(rate: Rate, arrival: number, units: number, now: number): number {
  const over = debtOf(rate, arrival, now) + (units - rate.burst) * UNIT;
  return over <= 0 ? 0 : Math.ceil(over / rate.perSecond);
}

/** The client's number once the units are in. */
export function taken(rate: Rate, arrival: number, units: number, now: number): number {
  return Math.max(arrival, now * rate.perSecond) + units * UNIT;
}

/** The client's number as if those units had never been in. */
export function givenBack(arrival: number, units: number): number {
  return arrival - units * UNIT;
}

/** How many whole units fit in now. */
export function remaining(rate: Rate, arrival: number, now: number): number {
  return Math.max(0, Math.floor(rate.burst - debtOf(rate, arrival, now) / UNIT));
}

/** The number of the same client under another rate: what it owes stays. */
export function rebased(from: Rate, to: Rate, arrival: number, now: number): number {
  return now * to.perSecond + debtOf(from, arrival, now);
}

function debtOf({ perSecond }: Rate, arrival: number, now: number): number {
  return Math.max(0, arrival - now * perSecond);
}
