// One look at everything at once: the inventory, inventory-sd, its file, and both jobs in the servers that scrape.

import type { StatusReport } from '../../src/sidecar/status-report.ts';
import type { SeenAlert } from './alerts.ts';

/** The targets of one job in a server. */
export interface Listed {
  readonly addresses: readonly string[];
  readonly up: number;
}

export interface Sample {
  /** Unix time in milliseconds at which the look began. */
  readonly at: number;
  /** Undefined when the admin API did not answer. */
  readonly inventory: { readonly sensors: number; readonly fault: SeenFault | undefined } | undefined;
  /** Undefined when inventory-sd did not answer. */
  readonly status: StatusReport | undefined;
  /** The addresses in the target file; undefined while there is none that can be read. */
  readonly file: readonly string[] | undefined;
  /** The server that is looked at: Prometheus when it runs, else mini-tsdb. Undefined when it did not answer. */
  readonly server: SeenServer | undefined;
  /** mini-tsdb beside a Prometheus. Undefined also when it did not answer. */
  readonly beside: SeenServer | undefined;
}

export interface SeenFault {
  readonly fault: string;
  readonly status: number | undefined;
}

export interface SeenServer {
  readonly name: ServerName;
  readonly guarded: Listed;
  readonly unguarded: Listed;
  /** Answers of the inventory that its http_sd refused since it started. */
  readonly refused: number;
  /** Pending and firing ones on inventory-sd; none in mini-tsdb, which evaluates no rules. */
  readonly alerts: readonly SeenAlert[];
}

export type ServerName = 'Prometheus' | 'mini-tsdb';

/** The servers that answered, the one that is looked at first. */
export function serversIn({ server, beside }: Sample): readonly SeenServer[] {
  return [server, beside].filter((seen) => seen !== undefined);
}

/** The addresses of `keeps` that are not in `addresses`. */
export function missingFrom(
  addresses: readonly string[] | undefined,
  keeps: readonly string[],
): readonly string[] {
  const present = new Set(addresses);
  return keeps.filter((address) => !present.has(address));
}
