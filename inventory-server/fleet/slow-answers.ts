// Answers that wait because their sensor is slow: bounded in number, and forgotten when the client goes away.

import type { ServerResponse } from 'node:http';

export interface SlowAnswers {
  /** Calls `answer` after the delay, if the client is still there. @returns false when too many wait already. */
  hold(response: ServerResponse, answer: () => void): boolean;
  /** Ends the connections of all that wait. */
  stop(): void;
}

// Each waiting answer holds a request and a timer, and one connection may pipeline any number of them.
const MAX_WAITING = 16_384;

export function createSlowAnswers(delayMs: number, maxWaiting = MAX_WAITING): SlowAnswers {
  const waiting = new Set<ServerResponse>();

  function hold(response: ServerResponse, answer: () => void): boolean {
    if (waiting.size >= maxWaiting) return false;
    const timer = setTimeout(() => {
      waiting.delete(response);
      answer();
    }, delayMs);
    waiting.add(response);
    response.once('close', () => {
      clearTimeout(timer);
      waiting.delete(response);
    });
    return true;
  }

  function stop(): void {
    for (const response of waiting) response.destroy();
  }

  return { hold, stop };
}
