// Targets as Prometheus tells them, for tests.

import type { ActiveTarget } from '../../../src/sidecar/commands/prometheus-targets.ts';

/** An active target of job `sensors` from `targets/targets.json`, up, unless told otherwise. */
export function activeTarget(address: string, other: Partial<ActiveTarget> = {}): ActiveTarget {
  const job = other.job ?? 'sensors';
  return {
    address,
    job,
    jobLabel: job,
    file: 'targets/targets.json',
    labels: { job, __scheme__: 'http', __metrics_path__: '/metrics', __scrape_interval__: '15s' },
    health: 'up',
    lastError: '',
    ...other,
  };
}
