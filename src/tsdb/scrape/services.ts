// What all loops share.

import type { Alarms } from '../../lib/alarms.ts';
import type { BodyRoom } from '../../lib/body-room.ts';
import type { Logger } from '../../lib/log.ts';
import type { OneAtATime } from '../../lib/one-at-a-time.ts';
import type { Store } from '../storage/contract.ts';
import type { Endings } from './endings.ts';
import type { ScrapeLoop } from './loop.ts';
import type { ScrapeMetrics } from './metrics.ts';

export interface ScrapeServices {
  readonly store: Store;
  readonly alarms: Alarms;
  readonly endings: Endings;
  readonly metrics: ScrapeMetrics;
  readonly log: Logger;
  /** Told each time: many targets fail at once, which is to be logged once. */
  readonly storeFailed: (error: unknown) => void;
  /** Loops with a scrape under way, also of targets that were removed meanwhile. */
  readonly running: Set<ScrapeLoop>;
  /** Unix milliseconds, and a clock in milliseconds that never jumps. */
  readonly now: () => number;
  readonly mono: () => number;
  readonly breathe: () => Promise<void> | undefined;
  /** For the bodies of all targets. */
  readonly room: BodyRoom;
  /** For large ones. */
  readonly oneAtATime: OneAtATime;
  /** Shifts the turns of all targets. */
  readonly seed: number;
  readonly userAgent: string;
}
