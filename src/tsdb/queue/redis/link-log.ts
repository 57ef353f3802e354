// Tells the log that Redis cannot be used, and that it can again, however often the connection comes and goes.

import type { Logger } from '../../../lib/log.ts';

export interface LinkLogOptions {
  readonly log: Pick<Logger, 'info' | 'error'>;
  /** A connection that lasts so long is no longer one that comes and goes. Milliseconds. */
  readonly settledMs: number;
  /** A monotonic clock, milliseconds. */
  readonly now: () => number;
}

const REPEAT_MS = 600_000;
/** Reasons that take turns. */
const PAUSE_MS = 10_000;

export class LinkLog {
  readonly #options: LinkLogOptions;
  #told: { readonly reason: string; readonly at: number } | undefined;
  #settling: NodeJS.Timeout | undefined;

  constructor(options: LinkLogOptions) {
    this.#options = options;
  }

  /** @param where host and port of Redis. */
  failed(where: string, reason: string): void {
    const { log, now } = this.#options;
    clearTimeout(this.#settling);
    const since = now() - (this.#told?.at ?? Number.NEGATIVE_INFINITY);
    if (since < (reason === this.#told?.reason ? REPEAT_MS : PAUSE_MS)) return;
    this.#told = { reason, at: now() };
    log.error(`cannot use Redis at ${where}: ${reason}; pushes are refused, trying again`);
  }

  connected(where: string): void {
    const { log, settledMs } = this.#options;
    if (this.#told === undefined) return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#told = undefined;
      log.info(`connected to Redis at ${where} again`);
    }, settledMs).unref();
  }

  close(): void {
    clearTimeout(this.#settling);
  }
}
