// How often the log is told of events that others cause: by each the first at once, then one a minute, and few of all.

const MINUTE_MS = 60_000;
/** Whoever causes them may have any number of names, and must not fill the log. */
const MOST_LINES_A_MINUTE = 30;
const MOST_REMEMBERED = 1000;

/** Of one key. */
interface Told {
  at: number;
  /** Events since. */
  since: number;
}

/** @returns how many events of this key there were since it was told last, itself one of them; 0: do not tell now. */
export type LogPace = (key: string) => number;

/**
 * @param leftOut is told, when the next minute has come, how many events were of keys that had no line at all.
 * @param clock milliseconds that never jump.
 */
export function createLogPace(leftOut: (events: number) => void, clock: () => number): LogPace {
  // The last in the map is the one that was told last.
  const told = new Map<string, Told>();
  const minute = { from: Number.NEGATIVE_INFINITY, lines: 0, leftOut: 0 };

  function hasLine(now: number): boolean {
    if (now - minute.from >= MINUTE_MS) {
      if (minute.leftOut > 0) leftOut(minute.leftOut);
      Object.assign(minute, { from: now, lines: 0, leftOut: 0 });
    }
    return minute.lines < MOST_LINES_A_MINUTE;
  }

  function tell(key: string, now: number): void {
    minute.lines += 1;
    told.delete(key);
    told.set(key, { at: now, since: 0 });
    if (told.size > MOST_REMEMBERED) told.delete(told.keys().next().value as string);
  }

  return (key) => {
    const now = clock();
    const known = told.get(key);
    if (known !== undefined) known.since += 1;
    if (known !== undefined && now - known.at < MINUTE_MS) return 0;
    if (!hasLine(now)) {
      if (known === undefined) minute.leftOut += 1;
      return 0;
    }
    tell(key, now);
    return known?.since ?? 1;
  };
}
