// What pushers say of their metrics, for those who ask this server about them.

import { createRecentMap } from '../../lib/recent-map.ts';
import { shortened } from '../../model/detached.ts';
import type { PushedFamily } from './contract.ts';

export interface PushedFamilies {
  describe(families: ReadonlyMap<string, PushedFamily>): void;
  /** By metric name. */
  all(): ReadonlyMap<string, PushedFamily>;
}

/** Of one generation, of which there are two. Each some hundred bytes. */
const MOST = 10_000;
/** Of a name and of each text, in characters. Nothing is remembered of a longer name. */
const MOST_TEXT = 1024;

/** Of one metric the last word counts; of too many those are forgotten that were not spoken of for long. */
export function createPushedFamilies(most = MOST): PushedFamilies {
  const recent = createRecentMap<PushedFamily>({ most });
  return {
    all: () => new Map(recent.entries()),
    describe(families) {
      for (const [name, { type, help, unit }] of families)
        if (name.length <= MOST_TEXT)
          recent.set(name, { type, help: shortened(help, MOST_TEXT), unit: shortened(unit, MOST_TEXT) });
    },
  };
}
