// Asks again and again: one request at a time, none while nobody looks, soon again after a failure.

import type { Connection } from './connection.ts';
import { RequestError } from './request.ts';

export interface PollOptions<Data> {
  /** From the end of one request to the start of the next; read each time. */
  readonly everyMs: number;
  readonly load: (signal: AbortSignal) => Promise<Data>;
  readonly show: (data: Data) => void;
  /** The server answered with an error; while it does not answer at all, the banner says so. */
  readonly refused?: (error: RequestError) => void;
  readonly connection: Connection;
}

export interface Poll {
  /** Asks now; a request that is under way is given up. */
  refresh(): void;
}

/** How soon it is tried again while the server does not answer. */
const RETRY_MS = 3000;

/** Starts to ask, for as long as the page lives. What is thrown, other than RequestError, is a fault of ours: it is told in the console. */
export function startPoll<Data>(options: PollOptions<Data>): Poll {
  const { load, show, refused, connection } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;
  let isDue = false;

  const ask = async () => {
    const mine = new AbortController();
    running?.abort();
    running = mine;
    isDue = false;
    clearTimeout(timer);
    const wait = await attempt(mine.signal);
    if (running !== mine) return;
    running = undefined;
    timer = setTimeout(due, wait);
  };

  const attempt = async (signal: AbortSignal): Promise<number> => {
    try {
      const data = await load(signal);
      if (!signal.aborted) answered(data);
      return options.everyMs;
    } catch (error) {
      if (!(error instanceof RequestError)) reportError(error);
      else if (!signal.aborted) failed(error);
      return Math.min(RETRY_MS, options.everyMs);
    }
  };

  const answered = (data: Data) => {
    connection.answered(options);
    show(data);
  };

  const failed = (error: RequestError) => {
    connection.failed(error, options);
    if (error.kind === 'refused') refused?.(error);
  };

  const due = () => {
    if (document.visibilityState === 'hidden') isDue = true;
    else void ask();
  };
  const seen = () => {
    if (isDue && document.visibilityState === 'visible') void ask();
  };
  const online = () => void ask();

  document.addEventListener('visibilitychange', seen);
  addEventListener('online', online);
  due();
  return { refresh: () => void ask() };
}
