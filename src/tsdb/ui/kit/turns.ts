// Long work in small parts: between two of them the page answers whoever uses it.

/** Milliseconds until others have their turn: half of what a frame lasts on most screens. */
const TURN_MS = 8;

/**
 * Takes what there is, at each turn as many as there is time for and one at least, and makes a part of them.
 * @param now milliseconds.
 * @returns the parts.
 */
export async function takeTurns<One, Part>(
  all: Iterable<One>,
  make: (ones: readonly One[]) => Part,
  now: () => number = () => performance.now(),
): Promise<Part[]> {
  const parts: Part[] = [];
  const rest = all[Symbol.iterator]();
  for (let ones = take(rest, now); ones.length > 0; ones = take(rest, now)) {
    parts.push(make(ones));
    await turn();
  }
  return parts;
}

// What is taken by `take` would be closed with it.
function take<One>(rest: Iterator<One>, now: () => number): One[] {
  const taken: One[] = [];
  const end = now() + TURN_MS;
  do {
    const next = rest.next();
    if (next.done === true) break;
    taken.push(next.value);
  } while (now() < end);
  return taken;
}

// By a message: timers wait for milliseconds, and in a tab that nobody sees for a second.
function turn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
