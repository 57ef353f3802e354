// The values of one label, each a button.

import { element } from '../kit/element.ts';
import { formatAmount } from '../kit/number-format.ts';
import { RequestError } from '../kit/request.ts';
import { labelValues } from './label-names.ts';
import type { Selector } from './selector.ts';

export interface ValueChoice {
  readonly name: string;
  readonly value: string;
}

const SHOWN = 100;

export class LabelValues {
  readonly element = element('ul', {});
  readonly #name: string;
  readonly #selector: Selector;
  readonly #chosen: (choice: ValueChoice) => void;
  #values: readonly string[] = [];

  constructor(name: string, selector: Selector, chosen: (choice: ValueChoice) => void) {
    this.#name = name;
    this.#selector = selector;
    this.#chosen = chosen;
  }

  /** Asks for them. */
  async load(): Promise<void> {
    try {
      this.#values = await labelValues(this.#selector, this.#name, SHOWN + 1);
      this.element.replaceChildren(...this.#entries());
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.element.replaceChildren(element('li', {}, error.message));
    }
  }

  /** Gives a value the focus, unless something else has it. */
  focus(value: string): void {
    if (document.activeElement !== document.body) return;
    this.element.children[this.#values.indexOf(value)]?.querySelector('button')?.focus();
  }

  #entries(): HTMLElement[] {
    const entries = this.#values.slice(0, SHOWN).map((value) => this.#entry(value));
    if (this.#values.length <= SHOWN) return entries;
    return [...entries, element('li', {}, `… the first ${formatAmount(SHOWN, 'value')}`)];
  }

  #entry(value: string): HTMLElement {
    const isChosen = this.#selector.matchers.some(
      (one) => one.name === this.#name && one.operator === '=' && one.value === value,
    );
    const button = element(
      'button',
      { type: 'button', class: 'quiet', 'aria-pressed': String(isChosen) },
      value === '' ? '(empty)' : value,
    );
    button.addEventListener('click', () => this.#chosen({ name: this.#name, value }));
    return element('li', {}, button);
  }
}
