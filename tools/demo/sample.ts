// One look at everything at once: the inventory, inventory-sd, its file, and both jobs in Prometheus.

import type { StatusReport } from '../../src/sidecar/status-report.ts';
import type { SeenAlert } from './alerts.ts';

/** The targets of one job in Prometheus. */
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
  /** Undefined without a Prometheus, and when it did not answer. */
  readonly prometheus: SeenPrometheus | undefined;
}

export interface SeenFault {
  readonly fault: string;
  readonly status: number | undefined;
}

export interface SeenPrometheus {
  readonly guarded: Listed;
  readonly unguarded: Listed;
  /** Answers of the inventory that its http_sd refused since it started. */
  readonly refused: number;
  /** Pending and firing ones on inventory-sd. */
  readonly alerts: readonly SeenAlert[];
}

/** The addresses of `keeps` that are not in `addresses`. */
export function missingFrom(
  addresses: readonly string[] | undefined,
  keeps: readonly string[],
): readonly string[] {
  const present = new Set(addresses);
  return keeps.filter((address) => !present.has(address));
}
