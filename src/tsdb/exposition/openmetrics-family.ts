// The rules of OpenMetrics between lines: families, metrics and points in one piece, names that clash, types and labels.

import type { Labels } from '../../model/labels.ts';
import { labelsKey } from '../../model/labels.ts';
import { faultAt } from './fault.ts';
import { parseNumberText } from './number.ts';
import type { Exemplar } from './openmetrics-exemplar.ts';
import { HistogramPoint } from './openmetrics-histogram.ts';
import { RULES, type Rule, type ValueRules } from './openmetrics-values.ts';
import type { FamilyType } from './scrape.ts';

export interface SampleLine {
  readonly row: number;
  readonly start: number;
  readonly labels: Labels;
  /** Seconds, NaN for none. */
  readonly time: number;
}

export interface Family {
  readonly name: string;
  readonly start: number;
  type: FamilyType;
  unit: string;
  readonly said: { help: boolean; type: boolean; unit: boolean };
  samples: number;
  /** Keys of the metrics that were seen, and the point at which the walk stands. */
  readonly metrics: Set<string>;
  metric: string | undefined;
  time: number;
  readonly inPoint: Set<string>;
  histogram: HistogramPoint | undefined;
}

type Suffixes = Readonly<Record<string, Rule>>;

const SUFFIXES: Readonly<Record<FamilyType, Suffixes>> = {
  counter: { _total: 'nonNegative', _created: 'finite' },
  gauge: { '': 'any' },
  histogram: { _bucket: 'bucket', _count: 'count', _sum: 'nonNegative', _created: 'finite' },
  gaugehistogram: { _bucket: 'bucket', _gcount: 'count', _gsum: 'notNaN' },
  summary: { '': 'notNegative', _count: 'count', _sum: 'nonNegative', _created: 'finite' },
  info: { _info: 'one' },
  stateset: { '': 'boolean' },
  unknown: { '': 'any' },
};

/** Follows the lines of one text from the first to the last. */
export class FamilyWalk {
  readonly #body: Buffer;
  readonly #names = new Set<string>();
  readonly #rules: number[] = [];
  readonly #peers: number[] = [];
  #family: Family | undefined;

  constructor(body: Buffer) {
    this.#body = body;
  }

  /** @returns the family that the line speaks of, and that it now stands in. */
  metadata(start: number, name: string, kind: keyof Family['said']): Family {
    const family = this.#family?.name === name ? this.#family : this.#begin(start, name);
    if (family.samples > 0) throw faultAt(this.#body, start, `metadata of ${name} after its samples`);
    if (family.said[kind]) throw faultAt(this.#body, start, `a second ${kind.toUpperCase()} of ${name}`);
    family.said[kind] = true;
    return family;
  }

  setUnit(family: Family, unit: string): string {
    if (unit !== '' && !family.name.endsWith(`_${unit}`))
      throw faultAt(this.#body, family.start, `the unit ${JSON.stringify(unit)} is not the end of the name`);
    family.unit = unit;
    return unit;
  }

  sample(line: SampleLine): void {
    const name = line.labels.__name__ ?? '';
    const family = this.#familyOf(line.start, name);
    const suffix = name.slice(family.name.length);
    const metric = metricKey(family, suffix, line.labels);
    if (metric === undefined) throw faultAt(this.#body, line.start, wordsOfMissing(family.type));
    this.#stepTo(family, metric, line);
    this.#checkNew(family, line);
    family.samples += 1;
    this.#rules[line.row] = RULES.indexOf(SUFFIXES[family.type][suffix] ?? 'any');
    this.#peers[line.row] = -1;
    const fault = family.histogram?.sample(suffix, line);
    if (fault !== undefined) throw faultAt(this.#body, line.start, fault);
  }

  /** Of the sample that came last. */
  exemplar(line: SampleLine, exemplar: Exemplar): void {
    const family = this.#family;
    const suffix = (line.labels.__name__ ?? '').slice(family?.name.length);
    const isBucket = suffix === '_bucket' && family?.histogram !== undefined;
    if (!isBucket && !(suffix === '_total' && family?.type === 'counter'))
      throw faultAt(this.#body, line.start, 'only buckets and totals of counters may have exemplars');
    if (isBucket && !(exemplar.value <= (parseNumberText(line.labels.le ?? '') ?? Number.NaN)))
      throw faultAt(this.#body, line.start, 'the exemplar lies outside its bucket');
  }

  end(): void {
    const family = this.#family;
    if (family === undefined) return;
    this.#endPoint(family);
    if (family.unit !== '' && (family.type === 'info' || family.type === 'stateset'))
      throw faultAt(this.#body, family.start, `${family.type} families have no unit`);
    this.#claim(family);
    this.#family = undefined;
  }

  rules(rows: number): ValueRules {
    return {
      rules: Uint8Array.from({ length: rows }, (_, row) => this.#rules[row] ?? 0),
      peers: Int32Array.from({ length: rows }, (_, row) => this.#peers[row] ?? -1),
    };
  }

  #begin(start: number, name: string): Family {
    this.end();
    this.#family = {
      name,
      start,
      type: 'unknown',
      unit: '',
      said: { help: false, type: false, unit: false },
      samples: 0,
      metrics: new Set(),
      metric: undefined,
      time: Number.NaN,
      inPoint: new Set(),
      histogram: undefined,
    };
    return this.#family;
  }

  // Names that could be samples of two families clash, whether the samples are there or not.
  #claim({ name, type, start }: Family): void {
    for (const suffix of new Set(['', ...Object.keys(SUFFIXES[type])])) {
      if (this.#names.has(name + suffix))
        throw faultAt(
          this.#body,
          start,
          `the name ${name + suffix} belongs to two families or to one in two pieces`,
        );
      this.#names.add(name + suffix);
    }
  }

  #familyOf(start: number, name: string): Family {
    const family = this.#family;
    const isMember = family !== undefined && name.startsWith(family.name);
    if (isMember && Object.hasOwn(SUFFIXES[family.type], name.slice(family.name.length))) return family;
    return this.#begin(start, name);
  }

  #stepTo(family: Family, metric: string, { start, time }: SampleLine): void {
    if (family.metric === metric) this.#checkTime(family, start, time);
    else if (family.metrics.has(metric))
      throw faultAt(this.#body, start, 'the samples of a metric stand in two pieces');
    if (family.metric === metric && Object.is(family.time, time)) return;
    this.#endPoint(family);
    family.metrics.add(metric);
    family.metric = metric;
    family.time = time;
    family.inPoint.clear();
    if (family.type === 'histogram' || family.type === 'gaugehistogram')
      family.histogram = new HistogramPoint(family.type, this.#rules, this.#peers);
  }

  #checkTime(family: Family, start: number, time: number): void {
    if (Number.isNaN(family.time) !== Number.isNaN(time))
      throw faultAt(this.#body, start, 'samples of one metric with and without timestamps');
    if (time < family.time && family.type !== 'info')
      throw faultAt(this.#body, start, 'the timestamps of a metric go backwards');
  }

  // Times that differ by less than a double can tell are taken for different ones.
  #checkNew(family: Family, { start, labels, time }: SampleLine): void {
    const key = labelsKey(labels);
    if (Number.isNaN(time) && family.inPoint.has(key))
      throw faultAt(this.#body, start, 'the series stands twice');
    family.inPoint.add(key);
  }

  #endPoint(family: Family): void {
    const fault = family.histogram?.end();
    if (fault !== undefined) throw faultAt(this.#body, family.start, fault);
    family.histogram = undefined;
  }
}

/** What is equal for the samples of one metric; undefined when the label that the type demands is missing or wrong. */
function metricKey({ name, type }: Family, suffix: string, labels: Labels): string | undefined {
  if (type === 'info') return '';
  const own = ownLabel(name, type, suffix);
  const { __name__: _, ...others } = labels;
  if (own === undefined) return labelsKey(others);
  const value = labels[own];
  if (value === undefined || !isOwnValue(type, value)) return undefined;
  return labelsKey(Object.fromEntries(Object.entries(others).filter(([label]) => label !== own)));
}

/** The label that tells apart the samples of one point. */
function ownLabel(name: string, type: FamilyType, suffix: string): string | undefined {
  if (type === 'stateset') return name;
  if (type === 'summary' && suffix === '') return 'quantile';
  return suffix === '_bucket' ? 'le' : undefined;
}

function isOwnValue(type: FamilyType, value: string): boolean {
  if (type === 'stateset') return true;
  const number = parseNumberText(value) ?? Number.NaN;
  if (type === 'summary') return number >= 0 && number <= 1;
  return !Number.isNaN(number) && (number !== Number.POSITIVE_INFINITY || value === '+Inf');
}

function wordsOfMissing(type: FamilyType): string {
  if (type === 'stateset') return 'a state without the label that names it';
  return type === 'summary'
    ? 'a quantile without a label "quantile" from 0 to 1'
    : 'a bucket without a valid label "le"';
}
