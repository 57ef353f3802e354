// The reader of one target's scrapes: which format, the quick way through a body that is laid out as the last one, the strict way through any other.

import { constants } from 'node:buffer';
import { AppError } from '../../lib/errors.ts';
import type { Labels } from '../../model/labels.ts';
import { type Format, formatOf } from './content-type.ts';
import { Families } from './families.ts';
import { ExpositionFault, fault } from './fault.ts';
import { readOpenMetrics } from './openmetrics.ts';
import type { ValueRules } from './openmetrics-values.ts';
import { Rows } from './rows.ts';
import type { Breathe, ExpositionReader, FamilyMetadata, Scrape } from './scrape.ts';
import { SeriesTable, type Turnover } from './series-table.ts';
import { hasTemplate, Template } from './template.ts';
import { readText } from './text.ts';

export interface ReaderOptions {
  /** For answers without a usable Content-Type (`fallback_scrape_protocol`). */
  readonly fallback?: Format;
  /** A body with more samples is an error before the rest of it is looked at. */
  readonly maxSamples?: number;
}

// About a second of reading when all are new.
const MAX_SAMPLES = 1_000_000;
const MAX_WAIT = 64;
const NEWLINE = Buffer.from('\n');
const NO_TURNOVER: Turnover = { fresh: [], gone: [] };

/** Columns that are used again for each scrape of a layout. */
interface Layout {
  readonly template: Template;
  readonly values: Float64Array;
  readonly times: Float64Array;
  hits: number;
}

export function createExpositionReader(options: ReaderOptions = {}): ExpositionReader {
  return new Reader(options);
}

class Reader implements ExpositionReader {
  readonly #fallback: Format | undefined;
  readonly #maxSamples: number;
  readonly #series = new SeriesTable();
  #metadata: ReadonlyMap<string, FamilyMetadata> = new Map();
  #order = new Int32Array(0);
  #timed = false;
  /** Of the last good scrape: a target answers in one format, so it is told from the text once. */
  #contentType: string | undefined;
  #format: Format = 'text';
  #layout: Layout | undefined;
  /** Scrapes of the same series until a layout is looked for again: doubled by each layout that was of no use. */
  #wait = 0;
  #nextWait = 1;

  constructor({ fallback, maxSamples = MAX_SAMPLES }: ReaderOptions) {
    this.#fallback = fallback;
    this.#maxSamples = maxSamples;
  }

  read(body: Buffer, contentType: string): Scrape {
    const work = this.#work(body, contentType);
    for (;;) {
      const { done, value } = work.next();
      if (done === true) return value;
    }
  }

  async readGently(body: Buffer, contentType: string, breathe: Breathe): Promise<Scrape> {
    const work = this.#work(body, contentType);
    for (;;) {
      const { done, value } = work.next();
      if (done === true) return value;
      await breathe();
    }
  }

  *#work(body: Buffer, contentType: string): Generator<void, Scrape> {
    const format = contentType === this.#contentType ? this.#format : formatOf(contentType, this.#fallback);
    if (body.length >= constants.MAX_STRING_LENGTH) throw fault('the body is too large to be read');
    const whole = body.at(-1) === 10 ? body : Buffer.concat([body, NEWLINE]);
    const layout = this.#layout;
    if (
      layout !== undefined &&
      format === this.#format &&
      layout.template.read(whole, layout.values, layout.times)
    ) {
      layout.hits += 1;
      return this.#scrapeOf(layout.values, layout.times, NO_TURNOVER);
    }
    const scrape = yield* this.#readWhole(whole, format);
    this.#contentType = contentType;
    this.#format = format;
    return scrape;
  }

  labelsOf(series: number): Labels {
    return this.#series.labelsOf(series);
  }

  emptyLabelsOf(series: number): readonly string[] {
    return this.#series.emptyLabelsOf(series);
  }

  *#readWhole(body: Buffer, format: Format): Generator<void, Scrape> {
    const rows = new Rows();
    const families = new Families(this.#metadata);
    const reading = { body, series: this.#series, rows, families, maxSamples: this.#maxSamples };
    let rules: ValueRules | undefined;
    try {
      if (format === 'text') yield* readText(reading);
      else rules = yield* readOpenMetrics(reading);
    } catch (error) {
      const fresh = this.#series.rollback();
      throw error instanceof AppError ? new ExpositionFault(error, rows.count, fresh) : error;
    }
    this.#metadata = families.done();
    const values = rows.values.slice(0, rows.count);
    const times = rows.times.slice(0, rows.count);
    this.#timed = rows.timed;
    const turnover = this.#series.commit();
    this.#learn(body, rows, rules, values, times);
    return this.#scrapeOf(values, times, turnover);
  }

  /** Keeps the layout when the same series came twice in the same order; a text that changes each time is not worth it. */
  #learn(
    body: Buffer,
    rows: Rows,
    rules: ValueRules | undefined,
    values: Float64Array,
    times: Float64Array,
  ): void {
    if (this.#layout?.hits === 0) {
      this.#nextWait = Math.min(2 * this.#nextWait, MAX_WAIT);
      this.#wait = this.#nextWait;
    } else if (this.#layout !== undefined) this.#nextWait = 1;
    this.#layout = undefined;
    const numbers = rows.series.subarray(0, rows.count);
    const isSame =
      this.#order.length === rows.count && this.#order.every((number, row) => number === numbers[row]);
    if (!isSame) this.#order = numbers.slice();
    else if (this.#wait > 0) this.#wait -= 1;
    else if (hasTemplate(body, rows, rules))
      this.#layout = { template: new Template(body, rows, rules), values, times, hits: 0 };
  }

  #scrapeOf(values: Float64Array, times: Float64Array, { fresh, gone }: Turnover): Scrape {
    const { length: count } = values;
    return {
      count,
      timed: this.#timed,
      series: this.#order,
      values,
      times,
      fresh,
      gone,
      metadata: this.#metadata,
    };
  }
}
