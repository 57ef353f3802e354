// A store that a process of its own fills and that is looked at after that process was killed.

import type { Labels } from '../../src/model/labels.ts';
import type { Store } from '../../src/tsdb/storage/contract.ts';

export const KILLED_SERIES = 40;

export function killedLabels(i: number): Labels {
  return { __name__: 'killed', i: String(i).padStart(2, '0') };
}

/**
 * The number of the last sample, 0 when there is none.
 * @throws Error when a series has not each sample up to it.
 */
export async function readLast(store: Store): Promise<number> {
  const lasts = new Map<number, number>();
  const range = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  for await (const list of store.select(
    { matchers: [], range },
    { take: () => {}, breathe: () => undefined },
  )) {
    for (const { ref, values } of list) {
      for (const value of values) {
        const last = lasts.get(ref) ?? 0;
        if (value !== last + 1) throw new Error(`series ${ref}: ${value} comes after ${last}`);
        lasts.set(ref, value);
      }
    }
  }
  const [last = 0, ...others] = new Set(lasts.values());
  if (others.length > 0) throw new Error(`not all series end at ${last}: ${others}`);
  return last;
}
