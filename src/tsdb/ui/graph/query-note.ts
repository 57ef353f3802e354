// What stands below a query: the server's words when it is refused, and how to narrow it when there is too much.

import { element } from '../kit/element.ts';
import { formatAmount, formatCount } from '../kit/number-format.ts';
import type { QueryResult } from './queries.ts';
import { withValue } from './selector.ts';
import { type Labels, labelName, quote } from './series-name.ts';

const MAX_HINTS = 4;

/** @param isAlone when nothing else is shown, and one sentence in the picture's place says more. */
export function queryNote(
  result: QueryResult | undefined,
  isAlone: boolean,
  narrow: (text: string) => void,
): HTMLElement[] {
  if (result === undefined) return [];
  if (result.error !== undefined) return [element('p', { class: 'state-text bad' }, result.error)];
  const labels = [...result.series.map((series) => series.labels), ...result.latest.map((one) => one.labels)];
  if (labels.length === 0) return isAlone ? [] : [element('p', {}, 'Nothing in this time.')];
  if (result.total <= labels.length) return [];
  const words = shareWords(labels.length, result.total);
  return [element('p', {}, words, ' Narrow it by a label: ', ...hints(result.text, labels, narrow))];
}

function shareWords(shown: number, total: number): string {
  if (total === Number.POSITIVE_INFINITY) return `Showing the first ${formatCount(shown)}; there are more.`;
  return `Showing ${formatCount(shown)} of ${formatAmount(total, 'series', 'series')}.`;
}

function hints(
  text: string,
  all: readonly Labels[],
  narrow: (text: string) => void,
): (HTMLElement | string)[] {
  const found = hintsOf(all).flatMap(([name, value]) => {
    const narrower = withValue(text, name, value);
    if (narrower === undefined) return [];
    const button = element(
      'button',
      { type: 'button', class: 'hint-button' },
      `${labelName(name)}=${quote(value)}`,
    );
    button.addEventListener('click', () => narrow(narrower));
    return [button];
  });
  return found.length === 0 ? ['name{label="value"}'] : found;
}

/** Values of the label that parts the series into the fewest parts, as far as those at hand tell. */
export function hintsOf(all: readonly Labels[]): [name: string, value: string][] {
  const values = new Map<string, Set<string>>();
  for (const labels of all) {
    for (const [name, value] of Object.entries(labels)) {
      if (!values.has(name)) values.set(name, new Set());
      values.get(name)?.add(value);
    }
  }
  const parting = [...values].filter(([name, found]) => name !== '__name__' && found.size > 1);
  const [name, found] = parting.sort(([, a], [, b]) => a.size - b.size)[0] ?? ['', new Set<string>()];
  return [...found].slice(0, MAX_HINTS).map((value) => [name, value]);
}
