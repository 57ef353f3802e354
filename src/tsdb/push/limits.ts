// What a client may push, and what all of them together may hold.

import { oneSecondOf, type Rate } from './gcra.ts';

export interface ClientLimits {
  readonly samples: Rate;
  readonly requests: Rate;
  /** Series that it brought and that are pushed still; one counts once more for every kilobyte of its labels. */
  readonly series: number;
}

export interface PushLimits {
  /** Of a client of which nothing else is said. */
  readonly client: ClientLimits;
  /** Of a body, as it comes and unpacked. */
  readonly bodyBytes: number;
  /** Requests at once; one client has at most a quarter of them. */
  readonly concurrency: number;
}

/** Of the labels of one series, all of their names and values together. */
export const MOST_LABEL_CHARACTERS = 65_536;

/** As the flags have them by default. */
export const DEFAULT_LIMITS: PushLimits = Object.freeze({
  client: Object.freeze({ samples: oneSecondOf(10_000), requests: oneSecondOf(10_000), series: 100_000 }),
  bodyBytes: 8 * 2 ** 20,
  concurrency: 512,
});
