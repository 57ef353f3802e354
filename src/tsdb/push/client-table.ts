// The clients that push now: what each owes, and how many of them may be known at once.

import type { Rate } from './gcra.ts';
import { rebased } from './gcra.ts';
import type { ClientLimits } from './limits.ts';
import { createRound } from './round.ts';

export interface ClientState {
  readonly name: string;
  limits: ClientLimits;
  /** The numbers of `gcra.ts`. */
  samples: number;
  requests: number;
  /** How often in a row it brought more samples than it may. */
  excesses: number;
  /** Requests that are not answered yet. */
  running: number;
  /** Places of the series that it brought and that are remembered. */
  series: number;
}

export interface ClientTable {
  readonly size: number;
  /** The client, if it is known. */
  find(name: string): ClientState | undefined;
  /** The client, made when it is new. @returns undefined when there is no place: every place is of one that owes. */
  get(name: string, limits: ClientLimits, now: number): ClientState | undefined;
}

/** How many are looked at for each new one: more than one, so that the table shrinks as clients rest. */
const LOOKED_AT = 2;
const LOOKED_AT_WHEN_FULL = 64;

/**
 * Forgetting a client that owes nothing changes nothing for it, so the table holds little more than those that do.
 * @param most never more than these.
 */
export function createClientTable(most: number): ClientTable {
  const clients = new Map<string, ClientState>();
  const next = createRound(clients);

  function make(name: string, limits: ClientLimits): ClientState {
    const state = { name, limits, samples: 0, requests: 0, excesses: 0, running: 0, series: 0 };
    clients.set(name, state);
    return state;
  }

  function sweep(looks: number, now: number, isUnused: (client: ClientState, now: number) => boolean): void {
    for (let left = looks; left > 0; left -= 1) {
      const client = next();
      if (client !== undefined && isUnused(client, now)) clients.delete(client.name);
    }
  }

  return {
    get size() {
      return clients.size;
    },
    find: (name) => clients.get(name),
    get(name, limits, now) {
      const known = clients.get(name);
      if (known !== undefined) {
        if (known.limits !== limits) adopt(known, limits, now);
        return known;
      }
      sweep(LOOKED_AT, now, isForgettable);
      if (clients.size >= most) sweep(LOOKED_AT_WHEN_FULL, now, owesNothing);
      return clients.size >= most ? undefined : make(name, limits);
    },
  };
}

function owesNothing({ samples, requests, running, limits }: ClientState, now: number): boolean {
  const isPaid = (arrival: number, { perSecond }: Rate) => arrival <= now * perSecond;
  return running === 0 && isPaid(samples, limits.samples) && isPaid(requests, limits.requests);
}

function isForgettable(client: ClientState, now: number): boolean {
  return client.series === 0 && owesNothing(client, now);
}

function adopt(client: ClientState, limits: ClientLimits, now: number): void {
  client.samples = rebased(client.limits.samples, limits.samples, client.samples, now);
  client.requests = rebased(client.limits.requests, limits.requests, client.requests, now);
  client.limits = limits;
}
