// The section `global`: what holds for every job that says nothing else.

import { fault, fields, type Read } from '../../lib/yaml-fields.ts';
import type { Labels } from '../../model/labels.ts';
import { LIMIT_FIELDS, limitsOf, NO_LIMITS } from './limits.ts';
import { COMMON_FIELDS, ignored, type Warn, warning } from './other-fields.ts';
import type { ScrapeLimits } from './scrape-config.ts';
import { duration, labels } from './values.ts';

/** Durations are milliseconds. */
export interface GlobalConfig {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly externalLabels: Labels;
  readonly limits: ScrapeLimits;
}

export const DEFAULT_GLOBAL: GlobalConfig = {
  intervalMs: 60_000,
  timeoutMs: 10_000,
  externalLabels: {},
  limits: NO_LIMITS,
};

/** Reads the section as Prometheus 3.x does. */
export function globalSection(warn: Warn): Read<GlobalConfig> {
  const known = fields({
    scrape_interval: duration,
    scrape_timeout: duration,
    external_labels: externalLabels(warn),
    ...LIMIT_FIELDS,
    ...COMMON_FIELDS,
    // There are no rules to evaluate; it is told where they are named.
    evaluation_interval: duration,
    rule_query_offset: duration,
    query_log_file: ignored(warn, 'queries are not logged'),
    scrape_failure_log_file: ignored(warn, 'the last error of each target is in /api/v1/targets'),
    keep_dropped_targets: ignored(warn, 'the list of dropped targets is bounded anyway'),
    scrape_protocols: ignored(warn, 'targets are asked for OpenMetrics, else text'),
  });
  return (field) => {
    const values = known(field);
    const intervalMs = values.scrape_interval || DEFAULT_GLOBAL.intervalMs;
    const timeoutMs = values.scrape_timeout || Math.min(DEFAULT_GLOBAL.timeoutMs, intervalMs);
    if (timeoutMs > intervalMs) throw fault(field, 'scrape_timeout is longer than scrape_interval');
    return {
      intervalMs,
      timeoutMs,
      externalLabels: values.external_labels ?? {},
      limits: limitsOf(values, NO_LIMITS),
    };
  };
}

// Prometheus 3 puts variables of its environment in; here a file says all that holds.
function externalLabels(warn: Warn): Read<Labels> {
  return (field) => {
    const read = labels(field);
    const [name] = Object.entries(read).find(([, value]) => value.includes('$')) ?? [];
    if (name !== undefined)
      warn(warning(field, `external label ${name} keeps its $: variables are not put in`));
    return read;
  };
}
