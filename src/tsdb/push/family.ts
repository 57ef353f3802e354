// What a pusher says of a metric, in the words of Prometheus and within bounds.

import { shortened } from '../../model/detached.ts';
import type { PushedFamily } from '../queue/contract.ts';

const TYPES: readonly string[] = [
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
];
const MOST_TEXT = 1024;

/** @param type any word; one that Prometheus has not is `unknown`. */
export function familyOf(type: string, help = '', unit = ''): PushedFamily {
  const word = type.toLowerCase();
  return {
    type: TYPES.includes(word) ? word : 'unknown',
    help: shortened(help, MOST_TEXT),
    unit: shortened(unit, MOST_TEXT),
  };
}

/** @param type a MetricMetadata.MetricType of remote write; 0 and what is none say nothing. */
export function familyOfNumber(type: number, help: string, unit: string): PushedFamily {
  return { ...familyOf('', help, unit), type: TYPES[type - 1] ?? '' };
}
