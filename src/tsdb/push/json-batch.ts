// A parsed JSON body → a batch: the columns of its metrics, or the first that is faulty.

import type { Labels } from '../../model/labels.ts';
import type { PushedFamily } from '../queue/contract.ts';
import { familyOf } from './family.ts';
import type { DoorBatch } from './intake.ts';
import type { ReadLabels } from './json-labels.ts';
import { parseRfc3339, parseUnix } from './json-time.ts';
import { MetricFault } from './metric-fault.ts';
import { Refusal } from './refusal.ts';
import { smallerUnit } from './unix-unit.ts';

/**
 * Reads metrics one by one. Hot: 0.3 µs a metric without tags whose series is known.
 * @throws Refusal `bad_data` that names the first faulty one by its index.
 */
export function readMetrics(metrics: readonly unknown[], readLabels: ReadLabels): DoorBatch {
  const rows = metrics.length;
  const labels = new Array<Labels>(rows);
  const times = new Float64Array(rows);
  const values = new Float64Array(rows);
  const families = new Map<string, PushedFamily>();
  for (let i = 0; i < rows; i += 1) {
    try {
      const metric = objectOf(metrics[i]);
      const set = readLabels(nameOf(metric), tagsOf(metric));
      labels[i] = set;
      values[i] = numberOf(metric);
      times[i] = timeOf(metric);
      describe(metric, set, families);
    } catch (error) {
      if (error instanceof MetricFault)
        throw new Refusal('bad_data', `metric ${i} ${error.message}; nothing was taken`);
      throw error;
    }
  }
  return { labels, times, values, stale: new Uint8Array(rows), families };
}

interface JsonMetric {
  readonly name?: unknown;
  readonly value?: unknown;
  readonly timestamp?: unknown;
  readonly timestamp_ms?: unknown;
  readonly timestamp_s?: unknown;
  readonly type?: unknown;
  readonly help?: unknown;
  readonly unit?: unknown;
  readonly tags?: unknown;
  readonly labels?: unknown;
}

function objectOf(metric: unknown): JsonMetric {
  if (typeof metric !== 'object' || metric === null || Array.isArray(metric))
    throw new MetricFault('is no object');
  return metric;
}

function nameOf({ name }: JsonMetric): string {
  if (name === undefined) throw new MetricFault('has no name');
  if (typeof name !== 'string') throw new MetricFault('has a name that is no text');
  return name;
}

function numberOf({ value }: JsonMetric): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new MetricFault(value === undefined ? 'has no value' : 'has a value that is no finite number');
}

// Two words for the same.
function tagsOf({ tags, labels }: JsonMetric): object | undefined {
  if (tags !== undefined && labels !== undefined) throw new MetricFault('has both tags and labels');
  const given = tags ?? labels ?? undefined;
  if (given === undefined) return undefined;
  if (typeof given !== 'object' || Array.isArray(given)) throw new MetricFault('has tags that are no object');
  return given;
}

function timeOf(metric: JsonMetric): number {
  const { timestamp, timestamp_ms: ms, timestamp_s: seconds } = metric;
  if (timestamp === undefined && ms === undefined && seconds === undefined) return Number.NaN;
  const given = [timestamp, ms, seconds].filter((value) => value !== undefined);
  if (given.length > 1) throw new MetricFault('has more than one timestamp');
  if (typeof timestamp === 'number')
    throw new MetricFault('has a timestamp without a unit; write RFC 3339, timestamp_s or timestamp_ms');
  checkUnit('timestamp_s', seconds, 'seconds');
  checkUnit('timestamp_ms', ms, 'milliseconds');
  const time = ms !== undefined ? parseUnix(ms, 1) : parseSeconds(timestamp, seconds);
  if (Number.isNaN(time))
    throw new MetricFault('has a timestamp that is no time; write e.g. 2026-01-31T12:00:00Z');
  return time;
}

function checkUnit(name: string, value: unknown, meant: 'seconds' | 'milliseconds'): void {
  const unit = typeof value === 'number' ? smallerUnit(value, meant) : undefined;
  if (unit !== undefined) throw new MetricFault(`has a ${name} that looks like ${unit}`);
}

function parseSeconds(timestamp: unknown, seconds: unknown): number {
  if (seconds !== undefined) return parseUnix(seconds, 1000);
  return typeof timestamp === 'string' ? parseRfc3339(timestamp) : Number.NaN;
}

function describe(metric: JsonMetric, { __name__ = '' }: Labels, families: Map<string, PushedFamily>): void {
  const { type, help, unit } = metric;
  if (type === undefined && help === undefined && unit === undefined) return;
  families.set(__name__, familyOf(textOf('type', type), textOf('help', help), textOf('unit', unit)));
}

function textOf(name: string, value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw new MetricFault(`has a ${name} that is no text`);
  return value;
}
