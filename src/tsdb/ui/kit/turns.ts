// Long work in small parts: between two of them the page answers whoever uses it.

/** Takes what there is, so many at a time, and makes a part of each. @returns the parts. */
export async function takeTurns<One, Part>(
  all: Iterable<One>,
  atOnce: number,
  make: (ones: readonly One[]) => Part,
): Promise<Part[]> {
  const parts: Part[] = [];
  const rest = all[Symbol.iterator]();
  for (let ones = take(rest, atOnce); ones.length > 0; ones = take(rest, atOnce)) {
    parts.push(make(ones));
    await turn();
  }
  return parts;
}

// What is taken by `take` would be closed with it.
function take<One>(rest: Iterator<One>, most: number): One[] {
  const taken: One[] = [];
  while (taken.length < most) {
    const next = rest.next();
    if (next.done === true) break;
    taken.push(next.value);
  }
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
