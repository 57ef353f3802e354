// What each client has pushed since the start, for people who look.

import { REFUSALS, type RefusalReason } from './refusal.ts';

export interface PushCount {
  readonly samples: number;
  readonly batches: number;
  readonly refused: Readonly<Record<RefusalReason, number>>;
}

export interface ClientCount extends PushCount {
  readonly client: string;
  /** When it pushed or was refused last, Unix milliseconds. */
  readonly lastSeen: number;
}

export interface ClientCounts {
  taken(client: string, samples: number): void;
  /** @param client undefined: nobody knows who it was. */
  refused(client: string | undefined, reason: RefusalReason): void;
  /** Of all clients, also of those that are forgotten. */
  total(): PushCount;
  /** How many are remembered. */
  readonly size: number;
  /** How many were forgotten; one that came back may be among them more than once. */
  readonly forgotten: number;
  /** Those that brought most samples, then those that were refused most. */
  top(most: number): readonly ClientCount[];
}

/** Some hundred bytes each. */
const MOST_CLIENTS = 1000;

type Counting = { -readonly [K in keyof Omit<ClientCount, 'refused'>]: ClientCount[K] } & {
  readonly refused: Record<RefusalReason, number>;
};

/**
 * Names are for the clients to choose, so the one that was silent for longest makes room for a new one.
 * @param now Unix milliseconds.
 */
export function createClientCounts(most = MOST_CLIENTS, now: () => number = Date.now): ClientCounts {
  const clients = new Map<string, Counting>();
  const all = newCount('');
  let forgotten = 0;

  // The last in the map is the one that was seen last.
  function see(client: string): Counting {
    const count = clients.get(client) ?? newCount(client);
    clients.delete(client);
    clients.set(client, count);
    count.lastSeen = now();
    if (clients.size <= most) return count;
    clients.delete(clients.keys().next().value as string);
    forgotten += 1;
    return count;
  }

  return {
    get size() {
      return clients.size;
    },
    get forgotten() {
      return forgotten;
    },
    taken(client, samples) {
      for (const count of [all, see(client)]) {
        count.samples += samples;
        count.batches += 1;
      }
    },
    refused(client, reason) {
      all.refused[reason] += 1;
      if (client !== undefined) see(client).refused[reason] += 1;
    },
    total: () => copyOf(all),
    top: (wanted) => [...clients.values()].sort(byImportance).slice(0, wanted).map(copyOf),
  };
}

function newCount(client: string): Counting {
  const refused = Object.fromEntries(REFUSALS.map((reason) => [reason, 0]));
  return { client, samples: 0, batches: 0, refused: refused as Record<RefusalReason, number>, lastSeen: 0 };
}

function copyOf(count: Counting): ClientCount {
  return { ...count, refused: { ...count.refused } };
}

function byImportance(a: Counting, b: Counting): number {
  return b.samples - a.samples || refusalsOf(b) - refusalsOf(a) || b.lastSeen - a.lastSeen;
}

function refusalsOf({ refused }: Counting): number {
  return Object.values(refused).reduce((sum, count) => sum + count, 0);
}
