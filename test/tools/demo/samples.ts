// What the demo sees, made by hand.

import type { StatusReport } from '../../../src/sidecar/status-report.ts';
import type { SeenAlert } from '../../../tools/demo/alerts.ts';
import type { Listed, Sample, SeenServer, ServerName } from '../../../tools/demo/sample.ts';
import type { Held } from '../../../tools/demo/view.ts';

export const AT = Date.parse('2026-01-01T12:00:00Z');

export function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `sensor_${i}:9100`);
}

function listed(count: number, up = count): Listed {
  return { addresses: addresses(count), up };
}

/** What a server shows: so many targets in each job, and in http_sd's so many up. */
export function seen(
  guarded: number,
  unguarded: number,
  {
    name = 'Prometheus',
    up = unguarded,
    refused = 0,
    alerts = [],
  }: { name?: ServerName; up?: number; refused?: number; alerts?: SeenAlert[] } = {},
): SeenServer {
  return { name, guarded: listed(guarded), unguarded: listed(unguarded, up), refused, alerts };
}

type Failure = { reason: string; message: string };

/** The status of a sidecar that follows the inventory, is held, or fails. */
export function status({ held, failure }: { held?: Held; failure?: Failure } = {}): StatusReport {
  const time = new Date(AT).toISOString();
  return {
    version: '0.1.0',
    state: 'ready: 100 targets',
    ready: true,
    fresh: held === undefined,
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
    held: held ?? null,
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

/** `[]` */
export const EMPTY: Held = {
  reason: 'empty',
  message: 'the inventory lists no target',
  since: new Date(AT).toISOString(),
  reasonSince: new Date(AT).toISOString(),
  targets: 100,
  whole: true,
  digest: '0123456789ab',
  believedInSeconds: null,
  ends: 'inventory-sd accept 0123456789ab publishes it now',
};

/** Every second one of 100 is missing. */
export const HALF: Held = {
  reason: 'shrink',
  message: 'the inventory no longer lists 50 of the 100 sensors of the last 1h (MAX_SHRINK 20%)',
  since: new Date(AT).toISOString(),
  reasonSince: new Date(AT).toISOString(),
  targets: 50,
  whole: false,
  digest: 'ba9876543210',
  believedInSeconds: 3590,
  ends: 'inventory-sd accept ba9876543210 publishes it now, and it is believed if it stays so for 59m50s',
};

/** All are named otherwise. */
export const RENAMED: Held = {
  ...HALF,
  message:
    'the inventory no longer lists 100 of the 100 sensors of the last 1h and 100 new ones (MAX_SHRINK 20%)',
  targets: 100,
  whole: true,
};

/** More than MAX_TARGETS. */
export const GROWTH: Held = {
  ...EMPTY,
  reason: 'growth',
  message: 'the inventory lists 150 targets, more than MAX_TARGETS 120',
  targets: 0,
  ends: 'ends by a smaller answer or a higher MAX_TARGETS',
};

/** A look at 100 healthy sensors, with what is different in this one. */
export function sample(different: Partial<Sample> = {}): Sample {
  return {
    at: AT,
    inventory: { sensors: 100, fault: undefined },
    status: status(),
    file: addresses(100),
    server: seen(100, 100),
    beside: undefined,
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
