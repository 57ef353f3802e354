// The labels of what a query selects: their names, and on demand their values, each a click away from the query.

import { element } from '../kit/element.ts';
import { RequestError } from '../kit/request.ts';
import { labelNames } from './label-names.ts';
import { LabelValues, type ValueChoice } from './label-values.ts';
import { parseSelector, type Selector, withValue } from './selector.ts';

export class LabelExplorer {
  readonly element = element('div', { class: 'pane labels' });
  readonly #chosen: (query: string) => void;
  readonly #opened = new Set<string>();
  #query = '';
  /** The value that was chosen last, while the lists are made anew. */
  #last: ValueChoice | undefined;

  constructor(chosen: (query: string) => void) {
    this.#chosen = chosen;
  }

  async follow(query: string): Promise<void> {
    this.#query = query;
    const selector = parseSelector(query);
    if (selector === undefined || isBlank(selector)) return this.element.replaceChildren();
    const content = await this.#contentOf(selector);
    if (this.#query === query) this.element.replaceChildren(...content);
  }

  async #contentOf(selector: Selector): Promise<HTMLElement[]> {
    try {
      const names = await labelNames(selector);
      const title = selector.metric === '' ? 'Labels' : `Labels of ${selector.metric}`;
      return [element('h2', {}, title), ...names.map((name) => this.#part(name, selector))];
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      const words = `The labels cannot be listed: ${error.message}.`;
      return [element('p', { class: 'quiet-text' }, words)];
    }
  }

  #part(name: string, selector: Selector): HTMLElement {
    const values = new LabelValues(name, selector, (choice) => this.#choose(choice));
    const details = element('details', {}, element('summary', {}, name), values.element);
    details.addEventListener('toggle', () => {
      if (details.open) void this.#open(name, values);
      else this.#opened.delete(name);
    });
    details.open = this.#opened.has(name);
    return details;
  }

  async #open(name: string, values: LabelValues): Promise<void> {
    this.#opened.add(name);
    await values.load();
    if (this.#last?.name !== name) return;
    values.focus(this.#last.value);
    this.#last = undefined;
  }

  #choose(choice: ValueChoice): void {
    const next = withValue(this.#query, choice.name, choice.value);
    if (next === undefined) return;
    this.#last = choice;
    this.#chosen(next);
  }
}

function isBlank({ metric, matchers }: Selector): boolean {
  return metric === '' && matchers.length === 0;
}
