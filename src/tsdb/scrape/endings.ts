// Series whose target was removed: their stale markers, written when it is certain that the target has not come back.

import type { Alarm, Alarms } from '../../lib/alarms.ts';
import type { SeriesRef } from '../storage/contract.ts';

export interface Endings {
  /**
   * @param time of the markers, Unix milliseconds.
   * @param afterMs when they are written, unless a target has taken the series over by then.
   */
  end(refs: Uint32Array, time: number, afterMs: number): void;
  /** A target scrapes these series now. */
  claim(refs: Uint32Array): void;
  /** Forgets them all: a server that stops does not know how the targets will be. */
  stop(): void;
}

interface Ending {
  readonly refs: Uint32Array;
  readonly time: number;
  alarm: Alarm;
}

/** When more series wait, the oldest are ended at once. */
const MOST_WAITING = 2_000_000;

export function createEndings(
  alarms: Alarms,
  write: (refs: Uint32Array, time: number) => void,
  mostWaiting = MOST_WAITING,
): Endings {
  const owners = new Map<SeriesRef, Ending>();
  const waiting = new Set<Ending>();

  function finish(ending: Ending): void {
    ending.alarm.cancel();
    waiting.delete(ending);
    const refs = ending.refs.filter((ref) => owners.get(ref) === ending);
    for (const ref of refs) owners.delete(ref);
    if (refs.length > 0) write(refs, ending.time);
  }

  return {
    end(refs, time, afterMs) {
      const ending: Ending = { refs, time, alarm: alarms.after(afterMs, () => finish(ending)) };
      waiting.add(ending);
      for (const ref of refs) owners.set(ref, ending);
      while (owners.size > mostWaiting) finish(waiting.values().next().value as Ending);
    },
    claim(refs) {
      if (owners.size === 0) return;
      for (const ref of refs) owners.delete(ref);
    },
    stop() {
      for (const { alarm } of waiting) alarm.cancel();
      waiting.clear();
      owners.clear();
    },
  };
}
