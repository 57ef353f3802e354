// Many alarms on one timer: ten thousand loops cost a heap of ten thousand numbers, not ten thousand timers.

export interface Alarm {
  cancel(): void;
}

export interface Alarms {
  /** Calls once `delayMs` from now, never before. What it throws is not caught. */
  after(delayMs: number, call: () => void): Alarm;
  /** How many are set. */
  readonly size: number;
  /** Forgets them all; later ones are not set. */
  stop(): void;
}

interface Entry {
  readonly due: number;
  readonly call: () => void;
  /** Where it stands in the heap; -1 when it does not. */
  place: number;
}

/** The system's timers take no longer delay. */
const LONGEST_MS = 2 ** 31 - 1;

/** @param now a clock in milliseconds that never jumps. */
export function createAlarms(now: () => number = () => performance.now()): Alarms {
  const heap: Entry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let armedFor = Number.POSITIVE_INFINITY;
  let stopped = false;

  function arm(): void {
    const due = heap[0]?.due ?? Number.POSITIVE_INFINITY;
    if (due === armedFor) return;
    clearTimeout(timer);
    armedFor = due;
    if (due !== Number.POSITIVE_INFINITY)
      timer = setTimeout(ring, Math.min(LONGEST_MS, Math.ceil(Math.max(0, due - now()))));
  }

  // The timer may be early by a part of a millisecond; then it is set again.
  function ring(): void {
    armedFor = Number.POSITIVE_INFINITY;
    try {
      const time = now();
      for (let first = heap[0]; first !== undefined && first.due <= time; first = heap[0]) {
        remove(heap, first);
        first.call();
      }
    } finally {
      arm();
    }
  }

  return {
    after(delayMs, call) {
      const entry: Entry = { due: now() + Math.max(0, delayMs), call, place: -1 };
      if (stopped) return { cancel: () => {} };
      insert(heap, entry);
      arm();
      return {
        cancel() {
          if (entry.place < 0) return;
          remove(heap, entry);
          arm();
        },
      };
    },
    get size() {
      return heap.length;
    },
    stop() {
      stopped = true;
      for (const entry of heap) entry.place = -1;
      heap.length = 0;
      arm();
    },
  };
}

function insert(heap: Entry[], entry: Entry): void {
  put(heap, heap.length, entry);
  rise(heap, entry);
}

function remove(heap: Entry[], entry: Entry): void {
  const last = heap.pop() as Entry;
  const { place } = entry;
  entry.place = -1;
  if (last === entry) return;
  put(heap, place, last);
  rise(heap, last);
  sink(heap, last);
}

function put(heap: Entry[], place: number, entry: Entry): void {
  heap[place] = entry;
  entry.place = place;
}

function rise(heap: Entry[], entry: Entry): void {
  while (entry.place > 0) {
    const above = heap[(entry.place - 1) >> 1] as Entry;
    if (above.due <= entry.due) return;
    swap(heap, above, entry);
  }
}

function sink(heap: Entry[], entry: Entry): void {
  for (;;) {
    const left = heap[2 * entry.place + 1];
    const right = heap[2 * entry.place + 2];
    const least = right !== undefined && left !== undefined && right.due < left.due ? right : left;
    if (least === undefined || least.due >= entry.due) return;
    swap(heap, entry, least);
  }
}

function swap(heap: Entry[], above: Entry, below: Entry): void {
  const { place } = above;
  put(heap, below.place, above);
  put(heap, place, below);
}
