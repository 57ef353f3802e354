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

/** How soon it is tried again while the server does not answer. */
const RETRY_MS = 3000;

/**
 * Asks from its start for as long as the page lives. What is thrown, other than RequestError, is a fault of ours: it is
 * told in the console.
 */
export class Poll<Data> {
  readonly #options: PollOptions<Data>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;
  #isDue = false;

  constructor(options: PollOptions<Data>) {
    this.#options = options;
    document.addEventListener('visibilitychange', () => {
      if (this.#isDue && document.visibilityState === 'visible') this.refresh();
    });
    addEventListener('online', () => this.refresh());
    this.#due();
  }

  /** Asks now; a request that is under way is given up. */
  refresh(): void {
    void this.#ask();
  }

  #due(): void {
    if (document.visibilityState === 'hidden') this.#isDue = true;
    else this.refresh();
  }

  async #ask(): Promise<void> {
    const mine = new AbortController();
    this.#running?.abort();
    this.#running = mine;
    this.#isDue = false;
    clearTimeout(this.#timer);
    const wait = await this.#attempt(mine.signal);
    if (this.#running !== mine) return;
    this.#running = undefined;
    this.#timer = setTimeout(() => this.#due(), wait);
  }

  /** @returns milliseconds until the next. */
  async #attempt(signal: AbortSignal): Promise<number> {
    try {
      const data = await this.#options.load(signal);
      if (!signal.aborted) this.#answered(data);
      return this.#options.everyMs;
    } catch (error) {
      if (!(error instanceof RequestError)) reportError(error);
      else if (!signal.aborted) this.#failed(error);
      return Math.min(RETRY_MS, this.#options.everyMs);
    }
  }

  #answered(data: Data): void {
    this.#options.connection.answered(this);
    this.#options.show(data);
  }

  #failed(error: RequestError): void {
    this.#options.connection.failed(error, this);
    if (error.kind === 'refused') this.#options.refused?.(error);
  }
}
