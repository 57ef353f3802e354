// What is stored of every scrape, whether it went well or not: `up` and the four `scrape_` series.

import type { Labels } from '../../model/labels.ts';
import type { Store } from '../storage/contract.ts';
import { reportLabels } from './sample-labels.ts';

export interface ScrapeReport {
  readonly isUp: boolean;
  readonly seconds: number;
  readonly scraped: number;
  readonly kept: number;
  readonly added: number;
}

const NAMES = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
];

export const REPORT_ROWS = NAMES.length;

/** In the order of the refs. */
export function reportValues({ isUp, seconds, scraped, kept, added }: ScrapeReport): number[] {
  return [isUp ? 1 : 0, seconds, scraped, kept, added];
}

/** @throws AppError of the store. */
export function resolveReport(store: Store, target: Labels): Promise<Uint32Array> {
  return store.resolve(NAMES.map((name) => reportLabels(name, target)));
}
