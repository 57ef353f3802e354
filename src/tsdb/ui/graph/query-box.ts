// The box for one query: a plain field at first, Prometheus' editor with completion once somebody goes into it.

import { element } from '../kit/element.ts';
import type { Editor } from './editor.ts';

export class QueryBox {
  readonly element: HTMLElement;
  readonly #label: string;
  readonly #run: () => void;
  readonly #field: HTMLTextAreaElement;
  #editor: Editor | undefined;

  /** @param run asked for by Enter. */
  constructor(label: string, run: () => void) {
    this.#label = label;
    this.#run = run;
    this.#field = plainField(label, run);
    this.element = element('div', { class: 'query-box' }, this.#field);
    this.#field.addEventListener('focus', () => void this.#upgrade().catch(() => {}));
  }

  get text(): string {
    return this.#editor?.text ?? this.#field.value;
  }

  set text(text) {
    if (this.#editor === undefined) this.#field.value = text;
    else this.#editor.text = text;
  }

  focus(): void {
    (this.#editor ?? this.#field).focus();
  }

  /** It is needed no more. */
  destroy(): void {
    this.#editor?.destroy();
  }

  // Whatever was typed while it loaded is taken over; without it the plain field goes on to work.
  async #upgrade(): Promise<void> {
    const { createEditor } = await import('./editor.ts');
    await composed(this.#field);
    if (this.#editor !== undefined || !this.element.isConnected) return;
    const hadFocus = document.activeElement === this.#field;
    const { value: text, selectionStart, selectionEnd } = this.#field;
    const selection = [selectionStart, selectionEnd] as const;
    this.#editor = createEditor({ label: this.#label, text, selection, run: this.#run });
    this.element.replaceChildren(this.#editor.element);
    if (hadFocus) this.#editor.focus();
  }
}

function plainField(label: string, run: () => void): HTMLTextAreaElement {
  const field = element('textarea', {
    'aria-label': label,
    rows: '1',
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
    placeholder: 'a metric, such as up{job="sensors"}',
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    run();
  });
  field.addEventListener('compositionstart', () => {
    field.dataset.composing = '';
  });
  field.addEventListener('compositionend', () => {
    delete field.dataset.composing;
  });
  return field;
}

// A letter that is being put together would be lost.
async function composed(field: HTMLTextAreaElement): Promise<void> {
  if (field.dataset.composing === undefined) return;
  await new Promise((resolve) => field.addEventListener('compositionend', resolve, { once: true }));
}
