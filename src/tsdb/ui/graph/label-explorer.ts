// The labels of what a query selects: their names, and on demand their values, each a click away from the query.

import { element } from '../kit/element.ts';
import { formatAmount } from '../kit/number-format.ts';
import { RequestError, request } from '../kit/request.ts';
import { parseSelector, type Selector, withValue, writeSelector } from './selector.ts';

export interface LabelExplorer {
  readonly element: HTMLElement;
  follow(query: string): void;
}

const SHOWN = 100;
const MAX_NAMES = 500;

export function createLabelExplorer(chosen: (query: string) => void): LabelExplorer {
  const host = element('div', { class: 'pane labels' });
  let query = '';
  const opened = new Set<string>();
  /** The value that was chosen last, while the lists are made anew. */
  let chosenLast: { readonly name: string; readonly value: string } | undefined;

  const follow = async (next: string) => {
    query = next;
    const selector = parseSelector(next);
    if (selector === undefined || isBlank(selector)) return host.replaceChildren();
    try {
      const names = await labelNames(selector);
      if (query !== next) return;
      host.replaceChildren(
        element('h2', {}, selector.metric === '' ? 'Labels' : `Labels of ${selector.metric}`),
        ...names.filter((name) => name !== '__name__').map((name) => part(name, selector)),
      );
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      host.replaceChildren(
        element('p', { class: 'quiet-text' }, `The labels cannot be listed: ${error.message}.`),
      );
    }
  };

  const part = (name: string, selector: Selector) => {
    const values = element('ul', {});
    const details = element('details', {}, element('summary', {}, name), values);
    details.addEventListener('toggle', () => {
      if (!details.open) return void opened.delete(name);
      opened.add(name);
      void showValues(values, name, selector);
    });
    details.open = opened.has(name);
    return details;
  };

  const showValues = async (list: HTMLElement, name: string, selector: Selector) => {
    try {
      const values = await labelValues(selector, name);
      const more =
        values.length > SHOWN ? [element('li', {}, `… the first ${formatAmount(SHOWN, 'value')}`)] : [];
      list.replaceChildren(
        ...values.slice(0, SHOWN).map((value) => valueEntry(name, value, selector)),
        ...more,
      );
      if (chosenLast?.name !== name) return;
      if (document.activeElement === document.body)
        list.children[values.indexOf(chosenLast.value)]?.querySelector('button')?.focus();
      chosenLast = undefined;
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      list.replaceChildren(element('li', {}, error.message));
    }
  };

  const valueEntry = (name: string, value: string, { matchers }: Selector) => {
    const isChosen = matchers.some((one) => one.name === name && one.operator === '=' && one.value === value);
    const button = element(
      'button',
      { type: 'button', class: 'quiet', 'aria-pressed': String(isChosen) },
      value === '' ? '(empty)' : value,
    );
    button.addEventListener('click', () => {
      const next = withValue(query, name, value);
      if (next === undefined) return;
      chosenLast = { name, value };
      chosen(next);
    });
    return element('li', {}, button);
  };

  return { element: host, follow: (next) => void follow(next) };
}

function isBlank({ metric, matchers }: Selector): boolean {
  return metric === '' && matchers.length === 0;
}

function labelNames(selector: Selector): Promise<string[]> {
  const fields = new URLSearchParams({ 'match[]': writeSelector(selector), limit: String(MAX_NAMES) });
  return request(`api/v1/labels?${fields}`);
}

// Also the values besides the one that the query asks for, so that another one can be chosen.
function labelValues({ metric, matchers }: Selector, name: string): Promise<string[]> {
  const others = matchers.filter((matcher) => matcher.name !== name);
  const match = writeSelector({ metric, matchers: others });
  const fields = new URLSearchParams({ limit: String(SHOWN + 1) });
  if (match !== '') fields.set('match[]', match);
  return request(`api/v1/label/${encodeURIComponent(name)}/values?${fields}`);
}
