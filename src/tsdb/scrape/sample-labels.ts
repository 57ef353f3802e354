// The labels of a scraped series with those of its target, and what they may be.

import { AppError } from '../../lib/errors.ts';
import type { Labels } from '../../model/labels.ts';
import { type RelabelConfig, relabel } from '../../model/relabel.ts';
import type { ScrapeLimits } from '../config/scrape-config.ts';
import type { ExpositionReader } from '../exposition/scrape.ts';

export interface SampleConfig {
  readonly honorLabels: boolean;
  readonly metricRelabelConfigs: readonly RelabelConfig[];
  readonly limits: ScrapeLimits;
}

/** A reader's labels of one series. */
export type ExposedLabels = Pick<ExpositionReader, 'labelsOf' | 'emptyLabelsOf'>;

/**
 * Source of the rules: mutateSampleLabels and verifyLabelLimits of Prometheus.
 * @returns undefined for a series that relabelling drops.
 * @throws AppError that fails the whole scrape.
 */
export function sampleLabels(
  reader: ExposedLabels,
  series: number,
  target: Labels,
  config: SampleConfig,
): Labels | undefined {
  const exposed = reader.labelsOf(series);
  const joined = config.honorLabels
    ? honored(exposed, reader.emptyLabelsOf(series), target)
    : withExported(exposed, target);
  const labels =
    config.metricRelabelConfigs.length === 0 ? joined : relabel(joined, config.metricRelabelConfigs);
  if (labels === undefined || isEmpty(labels)) return undefined;
  if (labels.__name__ === undefined)
    throw new AppError('label_limit', 'missing metric name (__name__ label)');
  checkLimits(labels, config.limits);
  return labels;
}

/** The series of a report: what it says of the target is never overruled by the target's own labels. */
export function reportLabels(name: string, target: Labels): Labels {
  return { ...target, __name__: name };
}

// As a pushgateway asks for it: `instance=""` says that there is none.
function honored(exposed: Labels, empty: readonly string[], target: Labels): Labels {
  const joined: Record<string, string> = { ...target, ...exposed };
  for (const name of empty) delete joined[name];
  return joined;
}

function withExported(exposed: Labels, target: Labels): Labels {
  const clashes = Object.keys(target).filter((name) => Object.hasOwn(exposed, name));
  const joined: Record<string, string> = { ...exposed, ...target };
  // The shortest first, so that the name does not hang on their order.
  for (const name of clashes.sort((a, b) => a.length - b.length)) {
    let free = `exported_${name}`;
    while (Object.hasOwn(joined, free)) free = `exported_${free}`;
    joined[free] = exposed[name] as string;
  }
  return joined;
}

function isEmpty(labels: Labels): boolean {
  for (const _ in labels) return false;
  return true;
}

function checkLimits(labels: Labels, limits: ScrapeLimits): void {
  if (limits.labels === 0 && limits.labelNameLength === 0 && limits.labelValueLength === 0) return;
  const metric = (labels.__name__ ?? '').slice(0, 50);
  const entries = Object.entries(labels);
  if (exceeds(entries.length, limits.labels))
    throw new AppError(
      'label_limit',
      `label_limit exceeded (metric: ${metric}, number of labels: ${entries.length}, limit: ${limits.labels})`,
    );
  for (const [name, value] of entries) {
    checkLength('label_name_length_limit', metric, name, name, limits.labelNameLength);
    checkLength('label_value_length_limit', metric, name, value, limits.labelValueLength);
  }
}

function checkLength(limitName: string, metric: string, name: string, text: string, limit: number): void {
  const length = limit === 0 ? 0 : Buffer.byteLength(text);
  if (!exceeds(length, limit)) return;
  const label = name.slice(0, 50);
  const words = `${limitName} exceeded (metric: ${metric}, label name: ${label}, length: ${length}, limit: ${limit})`;
  throw new AppError('label_limit', words);
}

function exceeds(count: number, limit: number): boolean {
  return limit > 0 && count > limit;
}
