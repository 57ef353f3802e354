// The rules of OpenMetrics between lines: families, metrics and points in one piece, names that clash, types and labels.

import { faultAt } from './fault.ts';
import { parseNumberText } from './number.ts';
import type { Exemplar } from './openmetrics-exemplar.ts';
import { HistogramPoint } from './openmetrics-histogram.ts';
import { RULES, type Rule, type ValueRules } from './openmetrics-values.ts';
import type { FamilyType } from './scrape.ts';

/** Texts are latin1: one character a byte. */
export interface SampleLine {
  readonly row: number;
  readonly start: number;
  readonly name: string;
  /** Names and values in turn, without empty values. */
  readonly labels: readonly string[];
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
  readonly #exemplarBounds: number[] = [];
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
    const family = this.#familyOf(line.start, line.name);
    const suffix = line.name.slice(family.name.length);
    const own = ownLabel(family, suffix);
    const ownValue = own === undefined ? '' : labelValue(line.labels, own);
    if (own !== undefined && !isOwnValue(family.type, ownValue))
      throw faultAt(this.#body, line.start, wordsOfMissing(family.type));
    // The labels of an info cannot be told from those of its metric.
    const key = keyWithout(line.labels, own);
    const isInfo = family.type === 'info';
    this.#stepTo(family, isInfo ? '' : key, line);
    this.#checkNew(family, line, isInfo ? key : `${suffix} ${ownValue}`);
    family.samples += 1;
    this.#rules[line.row] = RULES.indexOf(SUFFIXES[family.type][suffix] ?? 'any');
    this.#peers[line.row] = -1;
    this.#exemplarBounds[line.row] = exemplarBound(suffix, ownValue);
    const fault = family.histogram?.sample(suffix, line.row, ownValue);
    if (fault !== undefined) throw faultAt(this.#body, line.start, fault);
  }

  /** Of the sample that came last. */
  exemplar({ row, start }: SampleLine, { value }: Exemplar): void {
    const bound = this.#exemplarBounds[row] ?? Number.NaN;
    if (Number.isNaN(bound))
      throw faultAt(this.#body, start, 'only buckets and totals of counters may have exemplars');
    const isTotal = this.#family?.type === 'counter';
    if (!isTotal && !(value <= bound))
      throw faultAt(this.#body, start, 'the exemplar lies outside its bucket');
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

  /** @param exemplars whether any row had one. */
  rules(rows: number, exemplars: boolean): ValueRules {
    return {
      rules: Uint8Array.from({ length: rows }, (_, row) => this.#rules[row] ?? 0),
      peers: Int32Array.from({ length: rows }, (_, row) => this.#peers[row] ?? -1),
      exemplarBounds: exemplars ? Float64Array.from(this.#exemplarBounds) : undefined,
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
  #checkNew(family: Family, { start, time }: SampleLine, key: string): void {
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

// Only these suffixes belong to types that have exemplars: a gauge `a_total` is a family without a suffix.
function exemplarBound(suffix: string, le: string): number {
  if (suffix === '_total') return Number.POSITIVE_INFINITY;
  return suffix === '_bucket' ? (parseNumberText(le) ?? Number.NaN) : Number.NaN;
}

/** The label that tells apart the samples of one point. */
function ownLabel({ name, type }: Family, suffix: string): string | undefined {
  if (type === 'stateset') return name;
  if (type === 'summary' && suffix === '') return 'quantile';
  return suffix === '_bucket' ? 'le' : undefined;
}

function isOwnValue(type: FamilyType, value: string): boolean {
  if (type === 'stateset') return value !== '';
  const number = parseNumberText(value) ?? Number.NaN;
  if (type === 'summary') return number >= 0 && number <= 1;
  return !Number.isNaN(number) && (number !== Number.POSITIVE_INFINITY || value === '+Inf');
}

function labelValue(labels: readonly string[], name: string): string {
  for (let i = 0; i < labels.length; i += 2) if (labels[i] === name) return labels[i + 1] ?? '';
  return '';
}

/** A text that is equal for equal labels in any order, but for the one that is left out. */
function keyWithout(labels: readonly string[], without: string | undefined): string {
  const pairs: string[] = [];
  for (let i = 0; i < labels.length; i += 2) {
    const name = labels[i] as string;
    const value = labels[i + 1] as string;
    // The lengths keep values with such signs in them apart.
    if (name !== without) pairs.push(`${name.length},${name}=${value.length},${value}`);
  }
  return pairs.length < 2 ? (pairs[0] ?? '') : pairs.sort().join();
}

function wordsOfMissing(type: FamilyType): string {
  if (type === 'stateset') return 'a state without the label that names it';
  return type === 'summary'
    ? 'a quantile without a label "quantile" from 0 to 1'
    : 'a bucket without a valid label "le"';
}
