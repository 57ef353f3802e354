// What there is to ask for: metrics with their type and help, and the labels of the one in the query.

import { element } from '../kit/element.ts';
import { formatAmount } from '../kit/number-format.ts';
import { RequestError } from '../kit/request.ts';
import { described, type Metadata, metadata, metricNames } from './catalogue.ts';
import { createLabelExplorer } from './label-explorer.ts';
import { parseSelector, withMetric } from './selector.ts';

export interface Explorer {
  readonly element: HTMLElement;
  focus(): void;
  /** Shows what fits to a query. */
  follow(query: string): void;
}

/** How many are on the page at once. */
const SHOWN = 200;

/** @param chosen called with the query that a click makes. */
export function createExplorer(chosen: (query: string) => void): Explorer {
  const search = element('input', {
    type: 'search',
    placeholder: 'Search metrics',
    'aria-label': 'Search metrics',
  });
  const list = element('ul', { class: 'metrics', 'aria-label': 'Metrics' });
  const count = element('p', { class: 'quiet-text', 'aria-live': 'polite' });
  const labels = createLabelExplorer(chosen);
  let names: readonly string[] = [];
  let known: Metadata = {};
  let query = '';

  const show = () => {
    const found = matching(names, known, search.value);
    const current = parseSelector(query)?.metric;
    const focused = focusedIn(list);
    list.replaceChildren(...found.slice(0, SHOWN).map((name) => entry(name, known, name === current)));
    if (focused !== undefined) buttonOf(list, focused)?.focus();
    count.textContent = countWords(names.length, found.length);
  };
  const load = async () => {
    try {
      [names, known] = await Promise.all([metricNames(), metadata()]);
      show();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      count.textContent = `The metrics cannot be listed: ${error.message}.`;
    }
  };
  search.addEventListener('input', show);
  list.addEventListener('click', (event) => {
    const name = (event.target as Element).closest('button')?.dataset.name;
    if (name !== undefined) chosen(withMetric(name));
  });
  const metrics = element('div', { class: 'pane' }, search, count, list);
  return {
    element: element('aside', { class: 'explorer', 'aria-label': 'Explorer' }, metrics, labels.element),
    focus: () => search.focus(),
    follow(next) {
      query = next;
      void load();
      labels.follow(next);
    },
  };
}

function focusedIn(list: HTMLElement): string | undefined {
  const { activeElement } = document;
  return list.contains(activeElement) ? (activeElement as HTMLElement).dataset.name : undefined;
}

function buttonOf(list: HTMLElement, name: string): HTMLElement | undefined {
  return [...list.querySelectorAll('button')].find(({ dataset }) => dataset.name === name);
}

/** Those whose name or help has every word. */
export function matching(names: readonly string[], known: Metadata, words: string): string[] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return names.filter((name) => {
    const text = `${name} ${described(name, known)?.help ?? ''}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

function countWords(all: number, found: number): string {
  if (all === 0) return 'There are no metrics yet.';
  const words = found === all ? formatAmount(all, 'metric') : `${found} of ${formatAmount(all, 'metric')}`;
  return found > SHOWN ? `${words}, the first ${SHOWN} are below; search for others` : words;
}

function entry(name: string, known: Metadata, isCurrent: boolean): HTMLElement {
  const { type = '', help = '' } = described(name, known) ?? {};
  const button = element(
    'button',
    { type: 'button', class: 'quiet', 'data-name': name, 'aria-current': isCurrent ? 'true' : undefined },
    element('span', { class: 'metric' }, name),
    ...(type === '' || type === 'unknown' ? [] : [element('span', { class: 'type' }, type)]),
    ...(help === '' ? [] : [element('span', { class: 'help' }, help)]),
  );
  return element('li', {}, button);
}
