// Tells the log whose pushes are refused, and why: the first at once, then once a minute for each client and reason.

import { addressGroup } from '../../lib/address-group.ts';
import type { Logger } from '../../lib/log.ts';
import { createLogPace } from '../../lib/log-pace.ts';
import type { Refusal } from './refusal.ts';

/** Who was refused. */
export interface Refusee {
  /** Undefined: nobody knows who it was. */
  readonly client?: string | undefined;
  readonly address: string;
}

export interface RefusalLog {
  refused(refusal: Refusal, whose: Refusee): void;
}

/** Of what is wrong: it may name a tag. */
const MOST_CHARACTERS = 200;

/** @param clock milliseconds that never jump. */
export function createRefusalLog(log: Logger, clock: () => number): RefusalLog {
  const pace = createLogPace(
    (refusals) => log.warn({ refusals }, 'more pushes were refused, of too many clients to name each'),
    clock,
  );
  return {
    refused(refusal, { client, address }) {
      if (isOurs(refusal)) return;
      const refusals = pace(`${refusal.reason} ${client ?? addressGroup(address)}`);
      if (refusals > 0) log.warn({ ...facts(refusal, client, address), refusals }, 'push refused');
    },
  };
}

function facts({ reason, message }: Refusal, client: string | undefined, address: string) {
  const why = message.length > MOST_CHARACTERS ? `${message.slice(0, MOST_CHARACTERS)}…` : message;
  return { ...(client !== undefined && { client }), address, reason, why };
}

// Why the queue took nothing is told once for all who push.
function isOurs({ reason, cause }: Refusal): boolean {
  return reason === 'overloaded' && cause !== undefined;
}
