// What pushers say of their metrics, for those who ask this server about them.

import type { PushedFamily } from './contract.ts';

export interface PushedFamilies {
  describe(families: ReadonlyMap<string, PushedFamily>): void;
  /** By metric name. */
  all(): ReadonlyMap<string, PushedFamily>;
}

/** Each some hundred bytes. */
const MOST = 20_000;
const MOST_TEXT = 1024;

/** Of one metric the last word counts; of too many metrics those go that were not spoken of for longest. */
export function createPushedFamilies(most = MOST): PushedFamilies {
  const known = new Map<string, PushedFamily>();
  return {
    all: () => known,
    describe(families) {
      for (const [name, { type, help, unit }] of families) {
        known.delete(name);
        known.set(name, { type, help: help.slice(0, MOST_TEXT), unit: unit.slice(0, MOST_TEXT) });
        if (known.size > most) known.delete(known.keys().next().value as string);
      }
    },
  };
}
