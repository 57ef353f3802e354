// One limiter for all doors: samples and requests of each client, and how much is under way at once.

import { type ClientState, createClientTable } from './client-table.ts';
import { givenBack, type Rate, remaining, taken, waitFor } from './gcra.ts';
import type { ClientLimits } from './limits.ts';
import { Refusal } from './refusal.ts';

export interface LimiterOptions {
  readonly limitsOf: (client: string) => ClientLimits;
  /** Requests at once. */
  readonly concurrency: number;
  readonly mostClients?: number;
  /** Milliseconds that never jump. */
  readonly clock: () => number;
}

/** A request that is under way. */
export interface Visit {
  readonly client: ClientState;
  /** Counts samples against the client. @throws Refusal; the request then counts as not made. */
  take(samples: number): void;
  /** To be called once, when the request is answered. */
  leave(): void;
}

export interface Limiter {
  /** Clients that are remembered. */
  readonly clients: number;
  /** Series that the client brought and that are remembered. */
  seriesOf(client: string): number;
  /**
   * Counts a request against the client.
   * @throws Refusal `limited`, `overloaded`.
   */
  enter(client: string): Visit;
}

/** Small enough for memory: half a kilobyte each at most. */
const MOST_CLIENTS = 65_536;
const SOON_MS = 1000;
const PATIENCE = 10;

export function createLimiter({ limitsOf, concurrency, clock, ...options }: LimiterOptions): Limiter {
  const table = createClientTable(options.mostClients ?? MOST_CLIENTS);
  const share = Math.max(1, Math.ceil(concurrency / 4));
  const now = () => Math.floor(clock());
  let running = 0;

  function find(name: string, time: number): ClientState {
    const client = table.get(name, limitsOf(name), time);
    if (client === undefined)
      throw new Refusal('overloaded', 'too many clients push at once; nothing was taken', {
        retryAfterMs: SOON_MS,
      });
    return client;
  }

  function admit(client: ClientState, time: number): void {
    const { requests, samples } = client.limits;
    demand('requests', requests, client.requests, 1, time);
    // A batch has a sample, so it is not read when there is no room for one. Not at once: what is too large for ever
    // is to be told so, and that is seen only when it has been read.
    if (client.excesses >= PATIENCE) demand('samples', samples, client.samples, 1, time);
    if (client.running >= share)
      throw new Refusal('limited', `${share} requests of this client are under way already`, {
        retryAfterMs: SOON_MS,
      });
    if (running >= concurrency)
      throw new Refusal('overloaded', `${concurrency} requests are under way already`, {
        retryAfterMs: SOON_MS,
      });
  }

  function takeSamples(client: ClientState, samples: number): void {
    const rate = client.limits.samples;
    const time = now();
    refuseTooLarge(samples, rate);
    client.excesses += 1;
    demand('samples', rate, client.samples, samples, time);
    client.excesses = 0;
    client.samples = taken(rate, client.samples, samples, time);
  }

  return {
    get clients() {
      return table.size;
    },
    seriesOf: (client) => table.find(client)?.series ?? 0,
    enter(name) {
      const time = now();
      const client = find(name, time);
      admit(client, time);
      client.requests = taken(client.limits.requests, client.requests, 1, time);
      client.running += 1;
      running += 1;
      return {
        client,
        take(samples) {
          try {
            takeSamples(client, samples);
          } catch (error) {
            client.requests = givenBack(client.requests, 1);
            throw error;
          }
        },
        leave() {
          client.running -= 1;
          running -= 1;
        },
      };
    },
  };
}

function demand(what: string, rate: Rate, arrival: number, units: number, now: number): void {
  const retryAfterMs = waitFor(rate, arrival, units, now);
  if (retryAfterMs === 0) return;
  const quota = { perSecond: rate.perSecond, remaining: remaining(rate, arrival, now) };
  throw new Refusal(
    'limited',
    `cannot take ${units} more ${what}: this client may have ${rate.perSecond} a second; nothing was taken`,
    { retryAfterMs, quota },
  );
}

function refuseTooLarge(samples: number, { burst }: Rate): void {
  if (samples <= burst) return;
  throw new Refusal(
    'too_large',
    `cannot take ${samples} samples at once: the limit of this client is ${burst}; nothing was taken`,
  );
}
