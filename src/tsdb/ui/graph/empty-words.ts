// What to do next when there is nothing to see, in one sentence.

import { RequestError } from '../kit/request.ts';
import { formatExact } from '../kit/time-format.ts';
import { metricNames } from './catalogue.ts';
import type { Results } from './queries.ts';
import type { GraphState } from './state.ts';

export async function emptyWords({ queries }: GraphState, results: Results): Promise<string> {
  if (await isServerEmpty())
    return 'Nothing is stored yet: add targets to the configuration, and their samples appear here with the first scrape.';
  if (queries.every(({ text }) => text.trim() === ''))
    return 'Type a metric’s name above and press Enter, or choose one under “Explore metrics”.';
  if (queries.every(({ text, isHidden }) => isHidden || text.trim() === '')) return 'All queries are hidden.';
  if (results.queries.some(({ error }) => error !== undefined))
    return 'There is nothing to show: what is wrong stands below the query.';
  if (results.tab === 'table') {
    const end = formatExact(results.span.to, results.zone);
    return `The table has the values of one moment, ${end}, and there is none of so late: the chart shows older ones.`;
  }
  return 'There is nothing in this time: choose a longer one, or another metric under “Explore metrics”.';
}

async function isServerEmpty(): Promise<boolean> {
  try {
    return (await metricNames()).length === 0;
  } catch (error) {
    if (error instanceof RequestError) return false;
    throw error;
  }
}
