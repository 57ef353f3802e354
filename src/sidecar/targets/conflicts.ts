// When another program writes the same file: put back at once twice, then less and less often, so that it is no war.

/** What a look at the file saw. A file that others may no longer read counts as foreign. */
export type FileSeen = 'stands' | 'deleted' | 'foreign';

/** What is remembered of foreign changes. Times are monotonic milliseconds. */
export interface Conflict {
  /** When a foreign file was put right, within the last ten minutes. */
  readonly restores: readonly number[];
  /** When the file was last foreign. */
  readonly foreignAt: number;
  /** The last pause; 0: there was none. */
  readonly pauseMs: number;
  /** Until then the foreign file is left as it is; undefined: nothing waits. */
  readonly until: number | undefined;
}

export const NO_CONFLICT: Conflict = {
  restores: [],
  foreignAt: Number.NEGATIVE_INFINITY,
  pauseMs: 0,
  until: undefined,
};

const WINDOW_MS = 600_000;
const AT_ONCE = 2;
const SHORTEST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 600_000;

/**
 * Judges a look at the file.
 * @param intervalMs the time between two looks; the first pause.
 * @returns what to remember; with `until`, the file is left alone. Else it may be written, and what to remember
 *   holds once it was.
 */
export function afterLook(conflict: Conflict, seen: FileSeen, now: number, intervalMs: number): Conflict {
  const isOver = now - conflict.foreignAt >= WINDOW_MS && conflict.until === undefined;
  const { pauseMs, until, restores } = isOver ? NO_CONFLICT : conflict;
  const recent = restores.filter((at) => now - at < WINDOW_MS);
  if (seen !== 'foreign') return { ...conflict, pauseMs, restores: recent, until: undefined };
  const restored = { restores: [...recent, now], foreignAt: now, pauseMs, until: undefined };
  if (until !== undefined) return now < until ? { ...conflict, foreignAt: now } : restored;
  if (pauseMs === 0 && recent.length < AT_ONCE) return restored;
  const first = Math.max(intervalMs, SHORTEST_PAUSE_MS);
  const pause = Math.min(pauseMs === 0 ? first : 2 * pauseMs, LONGEST_PAUSE_MS);
  return { restores: recent, foreignAt: now, pauseMs: pause, until: now + pause };
}
