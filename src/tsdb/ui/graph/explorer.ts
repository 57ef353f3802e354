// What there is to ask for: metrics with their type and help, and the labels of the one in the query.

import { element } from '../kit/element.ts';
import { formatAmount } from '../kit/number-format.ts';
import { RequestError } from '../kit/request.ts';
import { described, type Metadata, metadata, metricNames } from './catalogue.ts';
import { LabelExplorer } from './label-explorer.ts';
import { parseSelector, withMetric } from './selector.ts';

/** How many are on the page at once. */
const SHOWN = 200;

export class Explorer {
  readonly element: HTMLElement;
  readonly #search = searchField();
  readonly #list = element('ul', { class: 'metrics', 'aria-label': 'Metrics' });
  readonly #count = element('p', { class: 'quiet-text', 'aria-live': 'polite' });
  readonly #labels: LabelExplorer;
  #names: readonly string[] = [];
  #known: Metadata = {};
  #query = '';

  /** @param chosen called with the query that a click makes. */
  constructor(chosen: (query: string) => void) {
    this.#labels = new LabelExplorer(chosen);
    this.#search.addEventListener('input', () => this.#show());
    this.#list.addEventListener('click', (event) => {
      const name = (event.target as Element).closest('button')?.dataset.name;
      if (name !== undefined) chosen(withMetric(name));
    });
    const metrics = element('div', { class: 'pane' }, this.#search, this.#count, this.#list);
    const attributes = { class: 'explorer', 'aria-label': 'Explorer' };
    this.element = element('aside', attributes, metrics, this.#labels.element);
  }

  focus(): void {
    this.#search.focus();
  }

  /** Shows what fits to a query. */
  follow(query: string): void {
    this.#query = query;
    void this.#load();
    void this.#labels.follow(query);
  }

  async #load(): Promise<void> {
    try {
      [this.#names, this.#known] = await Promise.all([metricNames(), metadata()]);
      this.#show();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.#count.textContent = `The metrics cannot be listed: ${error.message}.`;
    }
  }

  #show(): void {
    const found = matching(this.#names, this.#known, this.#search.value);
    const current = parseSelector(this.#query)?.metric;
    const focused = focusedIn(this.#list);
    const entries = found.slice(0, SHOWN).map((name) => entry(name, this.#known, name === current));
    this.#list.replaceChildren(...entries);
    if (focused !== undefined) buttonOf(this.#list, focused)?.focus();
    this.#count.textContent = countWords(this.#names.length, found.length);
  }
}

function searchField(): HTMLInputElement {
  const words = 'Search metrics';
  return element('input', { type: 'search', placeholder: words, 'aria-label': words });
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
