// A queue that takes nothing while nobody fetches what it has brought into the store.

import type { Queue } from '../contract.ts';
import type { Outbox } from './contract.ts';

/** Whoever pushes is told at once; otherwise what was taken would wait where nobody sees it. */
export function guardQueue(queue: Queue, outbox: Pick<Outbox, 'demandRoom'>): Queue {
  return {
    async push(batch) {
      outbox.demandRoom();
      await queue.push(batch);
    },
    stats: () => queue.stats(),
    close: () => queue.close(),
  };
}
