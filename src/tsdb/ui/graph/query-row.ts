// A row of the list of queries: its box, what can be done with it, and what the server says about it.

import { element } from '../kit/element.ts';
import { QueryBox } from './query-box.ts';
import type { QueryState } from './state.ts';

interface RowEvents {
  readonly run: () => void;
  readonly hide: () => void;
  readonly remove: () => void;
  /** Somebody has gone into it. */
  readonly entered: () => void;
}

export class QueryRow {
  readonly element: HTMLElement;
  readonly box: QueryBox;
  readonly #hide = element('button', { type: 'button', class: 'quiet' });
  readonly #note = element('div', { class: 'query-note', 'aria-live': 'polite' });
  /** What the state said last; what somebody types stands beside it until it is run. */
  #state: QueryState = { text: '', isHidden: false };

  constructor(number: number, { run, hide, remove, entered }: RowEvents) {
    this.box = new QueryBox(`Query ${number}`, run);
    const removal = element('button', { type: 'button', class: 'quiet' }, 'Remove');
    removal.setAttribute('aria-label', `Remove query ${number}`);
    const line = element('div', { class: 'query-line' }, this.box.element, this.#hide, removal);
    this.element = element('div', { class: 'query' }, line, this.#note);
    this.#hide.addEventListener('click', hide);
    removal.addEventListener('click', remove);
    this.element.addEventListener('focusin', entered);
  }

  /** What was run. */
  get text(): string {
    return this.#state.text;
  }

  /** With what has been typed and not been run yet. */
  get current(): QueryState {
    return { text: this.box.text, isHidden: this.#state.isHidden };
  }

  show(state: QueryState, number: number): void {
    if (this.#state.text !== state.text) {
      this.box.text = state.text;
      this.#note.replaceChildren();
    }
    this.#state = state;
    const word = state.isHidden ? 'Show' : 'Hide';
    this.element.classList.toggle('hidden', state.isHidden);
    this.#hide.textContent = word;
    this.#hide.setAttribute('aria-label', `${word} query ${number}`);
  }

  // What says the same is not said again, and a button in it keeps the focus.
  tell(words: readonly HTMLElement[]): void {
    const text = words.map(({ textContent }) => textContent).join('');
    if (this.#note.textContent !== text) this.#note.replaceChildren(...words);
  }

  /** It is needed no more. */
  remove(): void {
    this.box.destroy();
    this.element.remove();
  }
}
