// How long the measurements of a sensor took: buckets that are counters of their own, so every total only ever grows.

import { countOf, type Moment } from './moment.ts';

const NAME = 'sensor_measurement_duration_seconds';
const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
// Measurements per window that end in each bucket, the last one above every bound.
const RATES = [0.02, 0.3, 1.4, 3.2, 4.1, 2, 0.8, 0.25, 0.1, 0.02, 0.004];
const LONGEST_SECONDS = 2;
// Above the channels of the families' series.
const FIRST_CHANNEL = 500;

const HEAD = `# HELP ${NAME} Duration of the measurements.\n# TYPE ${NAME} histogram\n`;

/** The text of the family. The sum takes every measurement for the middle of its bucket. */
export function measurementDurations(moment: Moment): string {
  let text = HEAD;
  let count = 0;
  let sum = 0;
  for (const [i, perWindow] of RATES.entries()) {
    const upper = BOUNDS[i] ?? LONGEST_SECONDS;
    const measured = countOf(moment, FIRST_CHANNEL + i, perWindow);
    count += measured;
    sum += (measured * ((BOUNDS[i - 1] ?? 0) + upper)) / 2;
    text += `${NAME}_bucket{le="${BOUNDS[i] ?? '+Inf'}"} ${count}\n`;
  }
  return `${text}${NAME}_sum ${sum.toFixed(6)}\n${NAME}_count ${count}\n`;
}
