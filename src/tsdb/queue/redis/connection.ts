// One connection to Redis that comes back by itself: its URL is read again from its secret file each time.

import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../lib/errors.ts';
import {
  type Client,
  destroy,
  makeClient,
  type Reply,
  type SendOptions,
  sendOn,
  type Target,
  within,
} from './client.ts';

/** Sends one command. @throws AppError `away`; or Error with what Redis answered, which begins with its code. */
export type Send = (args: readonly (string | Buffer)[], options?: SendOptions) => Promise<Reply>;

export interface Connection {
  /** Never waits for a connection: without one it throws at once. */
  readonly send: Send;
  readonly isUp: boolean;
  /** Host and port of the last try; empty before the first. */
  readonly where: string;
  /** Resolves when the first try to connect is over, well or not: until then nobody knows whether Redis is there. */
  readonly tried: Promise<void>;
  /** Resolves when there is a connection, at once if there is; or when `signal` or `close` ends the waiting. */
  up(signal: AbortSignal): Promise<void>;
  /** Ends this connection, so that a new one is made: the server on it is of no use, and why. */
  cut(reason: string): void;
  /** What has not been answered fails. */
  close(): Promise<void>;
}

export interface ConnectionOptions {
  /** `redis[s]://[[user][:password]@]host[:port][/database]`, asked for before each try. */
  readonly url: () => Promise<string>;
  /** Certificates in PEM form that are trusted instead of the system's. */
  readonly ca?: () => Promise<string>;
  /** Shown by CLIENT LIST. */
  readonly name: string;
  /** Bound of a try to connect and of an answer; a server that takes longer counts as gone. */
  readonly answerMs: number;
  /** Longest wait between two tries. */
  readonly retryMs: number;
  /** Runs on every new connection before others may use it; when it throws, the connection is given up. */
  readonly greet?: (send: Send) => Promise<void>;
  readonly connected?: () => void;
  readonly failed?: (error: unknown) => void;
}

const FIRST_WAIT_MS = 50;
const REDIS_PORT = 6379;

/** Begins to connect at once, and goes on until it is closed. */
export function openConnection(options: ConnectionOptions): Connection {
  return new RedisConnection(options);
}

class RedisConnection implements Connection {
  readonly #options: ConnectionOptions;
  readonly #closing = new AbortController();
  readonly #running: Promise<void>;
  #client: Client | undefined;
  #where = '';
  #tried = Promise.withResolvers<void>();
  #waiting = Promise.withResolvers<void>();

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  get isUp(): boolean {
    return this.#client !== undefined;
  }

  get where(): string {
    return this.#where;
  }

  get tried(): Promise<void> {
    return this.#tried.promise;
  }

  readonly send: Send = async (args, options) => {
    if (this.#client === undefined) throw new AppError('away', 'there is no connection to Redis');
    return sendOn(this.#client, args, this.#options.answerMs, options);
  };

  async up(signal: AbortSignal): Promise<void> {
    if (this.isUp || signal.aborted || this.#closing.signal.aborted) return;
    const ended = new AbortController();
    await Promise.race([this.#waiting.promise, aborted(signal, ended.signal)]);
    ended.abort();
  }

  cut(reason: string): void {
    if (this.#client !== undefined) destroy(this.#client, new AppError('away', reason));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    this.#waiting.resolve();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    for (let tries = 0; !signal.aborted; tries += 1) {
      try {
        await this.#connectOnce(() => {
          tries = 0;
        });
      } catch (error) {
        if (!signal.aborted) this.#options.failed?.(error);
      }
      this.#tried.resolve();
      await sleep(waitMs(tries, this.#options.retryMs), undefined, { signal }).catch(() => {});
    }
  }

  // Returns or throws once the connection is gone.
  async #connectOnce(connected: () => void): Promise<void> {
    const { answerMs, greet } = this.#options;
    const client = makeClient(await this.#target());
    // Heard from here on, so that none is missed.
    const gone = new Promise<never>((_, reject) => client.on('error', reject));
    gone.catch(() => {});
    const stop = () => destroy(client);
    try {
      this.#closing.signal.addEventListener('abort', stop);
      await Promise.race([within(answerMs, client.connect()), gone]);
      if (greet !== undefined) await greet((args, options) => sendOn(client, args, answerMs, options));
      if (this.#closing.signal.aborted) return;
      this.#client = client;
      connected();
      this.#options.connected?.();
      this.#waiting.resolve();
      this.#tried.resolve();
      await gone;
    } finally {
      this.#closing.signal.removeEventListener('abort', stop);
      if (this.#client === client) this.#waiting = Promise.withResolvers();
      this.#client = undefined;
      destroy(client);
    }
  }

  async #target(): Promise<Target> {
    const { url: read, ca, name, answerMs } = this.#options;
    const url = await read();
    this.#where = addressOf(url);
    return { url, name, answerMs, ...(ca !== undefined && { ca: await ca() }) };
  }
}

function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || REDIS_PORT}`;
}

function aborted(signal: AbortSignal, ended: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true, signal: ended }),
  );
}

/** Doubles from 50 ms up to `most`, less a random part of up to half: many processes must not come back at once. */
export function waitMs(tries: number, most: number, random: () => number = Math.random): number {
  return Math.min(most, FIRST_WAIT_MS * 2 ** Math.min(tries, 30)) * (1 - random() / 2);
}
