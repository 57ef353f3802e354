// What pushers say of their metrics, for those who ask this server about them.

import type { PushedFamily } from './contract.ts';

export interface PushedFamilies {
  describe(families: ReadonlyMap<string, PushedFamily>): void;
  /** By metric name. */
  all(): ReadonlyMap<string, PushedFamily>;
}

/** Of one generation, of which there are two. Each some hundred bytes. */
const MOST = 10_000;
const MOST_TEXT = 1024;

/** Of one metric the last word counts; of too many those are forgotten that were not spoken of for long. */
export function createPushedFamilies(most = MOST): PushedFamilies {
  let young = new Map<string, PushedFamily>();
  let old: ReadonlyMap<string, PushedFamily> = new Map();
  return {
    all: () => new Map([...old, ...young]),
    describe(families) {
      for (const [name, { type, help, unit }] of families) {
        if (young.size >= most && !young.has(name)) {
          old = young;
          young = new Map();
        }
        young.set(name, { type, help: help.slice(0, MOST_TEXT), unit: unit.slice(0, MOST_TEXT) });
      }
    },
  };
}
