// Turns of the event loop. It is one for the whole process, so all queries stand in one line: each turn goes on with one of them.

const waiting: (() => void)[] = [];

/** Resolves in a later turn of the event loop; before that, timers and sockets had theirs. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(resumeFirst);
  });
}

// Immediates that are set while immediates run wait for the next turn.
function resumeFirst(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(resumeFirst);
}
