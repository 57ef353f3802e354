// One job of scrape_configs.

import {
  count,
  entries,
  type Field,
  fault,
  fields,
  list,
  orEmpty,
  type Read,
  truth,
  word,
} from '../../lib/yaml-fields.ts';
import { discoveryFields, OTHER_DISCOVERY } from './discovery-fields.ts';
import type { GlobalConfig } from './global.ts';
import { accessFields, accessOf } from './http-access.ts';
import { LIMIT_FIELDS, limitsOf } from './limits.ts';
import { COMMON_FIELDS, only, unsupported } from './other-fields.ts';
import { relabelRule } from './relabel-fields.ts';
import type { DiscoveryConfig, ScrapeConfig } from './scrape-config.ts';
import { duration, string } from './values.ts';

/** A job that is completed with what holds for all. */
export interface Job {
  readonly name: string;
  readonly field: Field;
  /** @throws Error when it does not go together. */
  complete(global: GlobalConfig): ScrapeConfig;
}

const SCHEMES = { http: 'http', https: 'https' } as const;

function jobFields(folder: string) {
  return fields({
    job_name: string,
    scrape_interval: duration,
    scrape_timeout: duration,
    metrics_path: string,
    scheme: word(SCHEMES),
    params: entries(orEmpty([], list(string))),
    honor_labels: truth,
    honor_timestamps: orEmpty(false, truth),
    relabel_configs: list(relabelRule),
    metric_relabel_configs: list(relabelRule),
    ...discoveryFields(folder),
    ...accessFields(folder),
    ...LIMIT_FIELDS,
    ...COMMON_FIELDS,
    ...OTHER_DISCOVERY,
    ...OTHER_FIELDS,
  });
}

const OTHER_FIELDS = {
  track_timestamps_staleness: only(false, truth, 'samples with their own timestamp get no stale markers'),
  enable_compression: only(true, truth, 'answers are asked for in gzip'),
  scrape_classic_histograms: truth,
  native_histogram_bucket_limit: only(0, count, 'native histograms are not stored'),
  native_histogram_min_bucket_factor: only(0, count, 'native histograms are not stored'),
  scrape_protocols: unsupported('targets are asked for OpenMetrics, else text'),
  fallback_scrape_protocol: unsupported('an answer says in its Content-Type what it is'),
  scrape_failure_log_file: unsupported('the last error of each target is in /api/v1/targets'),
  keep_dropped_targets: unsupported('the list of dropped targets is bounded anyway'),
} as const;

/** Reads a job; relative files lie in `folder`. */
export function scrapeJob(folder: string): Read<Job> {
  const known = jobFields(folder);
  return (field) => {
    const values = known(field);
    const { job_name: name = '' } = values;
    if (name === '') throw fault(field, 'a job has no job_name');
    const discovery = discoveryOf(field, values);
    const access = accessOf({ ...field, name: `job ${JSON.stringify(name)}` }, values);
    const complete = (global: GlobalConfig) => ({
      jobName: name,
      discovery,
      ...timesOf(field, values, global),
      metricsPath: values.metrics_path ?? '/metrics',
      scheme: values.scheme ?? 'http',
      params: Object.fromEntries(values.params ?? []),
      access,
      honorLabels: values.honor_labels ?? false,
      honorTimestamps: values.honor_timestamps ?? true,
      limits: limitsOf(values, global.limits),
      relabelConfigs: values.relabel_configs ?? [],
      metricRelabelConfigs: values.metric_relabel_configs ?? [],
    });
    return { name, field, complete };
  };
}

type JobValues = ReturnType<ReturnType<typeof jobFields>>;

function timesOf(field: Field, values: JobValues, global: GlobalConfig) {
  const intervalMs = values.scrape_interval || global.intervalMs;
  const timeoutMs = values.scrape_timeout || Math.min(global.timeoutMs, intervalMs);
  if (timeoutMs > intervalMs) {
    throw fault(
      field,
      `job ${JSON.stringify(values.job_name)} has a scrape_timeout longer than its scrape_interval`,
    );
  }
  return { intervalMs, timeoutMs };
}

function discoveryOf(field: Field, values: JobValues): DiscoveryConfig[] {
  const { static_configs: groups = [], file_sd_configs: files = [], http_sd_configs: servers = [] } = values;
  // Somebody wrote a URL. With rules it may become an address.
  const slashed = groups.flatMap(({ targets }) => targets).find((target) => target.includes('/'));
  if (slashed !== undefined && !values.relabel_configs?.length)
    throw fault(field, `target ${JSON.stringify(slashed)} is no host:port`);
  return [...files, ...servers, ...(groups.length > 0 ? [{ kind: 'static' as const, groups }] : [])];
}
