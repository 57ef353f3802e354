// The reader of one target's scrapes: which format, the strict way through a body, and what came and went.

import { constants } from 'node:buffer';
import { AppError } from '../../lib/errors.ts';
import { type Format, formatOf } from './content-type.ts';
import { Families } from './families.ts';
import { ExpositionFault, fault } from './fault.ts';
import { readOpenMetrics } from './openmetrics.ts';
import { Rows } from './rows.ts';
import type { ExpositionReader, FamilyMetadata, Scrape } from './scrape.ts';
import { SeriesTable } from './series-table.ts';
import { type Reading, readText } from './text.ts';

export interface ReaderOptions {
  /** For answers without a usable Content-Type (`fallback_scrape_protocol`). */
  readonly fallback?: Format;
  /** A body with more samples is an error before the rest of it is looked at. */
  readonly maxSamples?: number;
}

const MAX_SAMPLES = 5_000_000;
const NEWLINE = Buffer.from('\n');

export function createExpositionReader(options: ReaderOptions = {}): ExpositionReader {
  const series = new SeriesTable();
  let metadata: ReadonlyMap<string, FamilyMetadata> = new Map();
  let order = new Int32Array(0);

  function readWhole(body: Buffer, format: Format): Scrape {
    const reading: Reading = {
      body: body.at(-1) === 10 ? body : Buffer.concat([body, NEWLINE]),
      series,
      rows: new Rows(),
      families: new Families(metadata),
      maxSamples: options.maxSamples ?? MAX_SAMPLES,
    };
    try {
      if (format === 'text') readText(reading);
      else readOpenMetrics(reading);
    } catch (error) {
      const fresh = series.rollback();
      throw error instanceof AppError ? new ExpositionFault(error, reading.rows.count, fresh) : error;
    }
    metadata = reading.families.done();
    return scrapeOf(reading.rows);
  }

  function scrapeOf(rows: Rows): Scrape {
    const { count, timed } = rows;
    const { fresh, gone } = series.commit();
    const numbers = rows.series.subarray(0, count);
    order = isSame(order, numbers) ? order : numbers.slice();
    return {
      count,
      timed,
      series: order,
      values: rows.values.subarray(0, count),
      times: rows.times.subarray(0, count),
      fresh,
      gone,
      metadata,
    };
  }

  return {
    read(body, contentType) {
      const format = formatOf(contentType, options.fallback);
      if (body.length >= constants.MAX_STRING_LENGTH) throw fault('the body is too large to be read');
      return readWhole(body, format);
    },
    labelsOf: (number) => series.labelsOf(number),
    emptyLabelsOf: (number) => series.emptyLabelsOf(number),
  };
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  return a.length === b.length && a.every((number, i) => number === b[i]);
}
