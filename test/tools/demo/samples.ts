// What the demo sees, made by hand.

import type { StatusReport } from '../../../src/sidecar/status-report.ts';
import type { Listed, Sample } from '../../../tools/demo/sample.ts';

export const AT = Date.parse('2026-01-01T12:00:00Z');

export function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `sensor_${i}:9100`);
}

export function listed(count: number, up = count): Listed {
  return { addresses: addresses(count), up };
}

type Failure = { reason: string; message: string };

/** The status of a sidecar that follows the inventory, is held, or fails. */
export function status({ held = false, failure }: { held?: boolean; failure?: Failure } = {}): StatusReport {
  const time = new Date(AT).toISOString();
  return {
    version: '0.1.0',
    state: 'ready: 100 targets',
    ready: true,
    fresh: !held,
    stale: false,
    startedAt: time,
    inventory: {
      url: 'http://127.0.0.1:1337/inventory',
      lastAttempt: time,
      lastSuccess: time,
      secondsSinceSuccess: 0,
      consecutiveFailures: failure === undefined ? 0 : 1,
      lastOutcome: failure === undefined ? 'unchanged' : 'failed',
      lastFailure: failure ?? null,
      nextPoll: time,
      postponed: false,
    },
    held: held ? HELD : null,
    waiting: 0,
    entries: null,
    file: {
      path: '/targets.json',
      targets: 100,
      groups: 1,
      bytes: 2134,
      lastChange: time,
      putBackAt: null,
    },
  };
}

const HELD: StatusReport['held'] = {
  reason: 'empty',
  message: 'the inventory lists no target',
  since: new Date(AT).toISOString(),
  targets: 100,
  whole: true,
  digest: '0123456789ab',
  believedInSeconds: null,
  ends: 'inventory-sd accept 0123456789ab publishes it now',
};

/** A look at 100 healthy sensors, with what is different in this one. */
export function sample(different: Partial<Sample> = {}): Sample {
  return {
    at: AT,
    inventory: { sensors: 100, fault: undefined },
    status: status(),
    file: addresses(100),
    prometheus: { guarded: listed(100), unguarded: listed(100), refused: 0 },
    ...different,
  };
}

export const REFUSED = {
  reason: 'status',
  message: 'cannot fetch inventory: 500 from http://127.0.0.1:1337/inventory after 2 tries',
};
export const NO_LIST = {
  reason: 'not_a_list',
  message: 'cannot use the answer of http://127.0.0.1:1337/inventory: it is null, not a list of sensors',
};
export const TIMEOUT = {
  reason: 'timeout',
  message: 'cannot fetch inventory: no whole answer from http://127.0.0.1:1337/inventory within 5s',
};
