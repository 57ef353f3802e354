// The box for one query: a plain field at first, Prometheus' editor with completion once somebody goes into it.

import { element } from '../kit/element.ts';
import type { Editor } from './editor.ts';

export interface QueryBox {
  readonly element: HTMLElement;
  text: string;
  focus(): void;
  /** It is needed no more. */
  destroy(): void;
}

/** @param run asked for by Enter. */
export function createQueryBox(label: string, run: () => void): QueryBox {
  const field = element('textarea', {
    'aria-label': label,
    rows: '1',
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
    placeholder: 'a metric, such as up{job="sensors"}',
  });
  const host = element('div', { class: 'query-box' }, field);
  let editor: Editor | undefined;

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

  // Whatever was typed while it loaded is taken over; without it the plain field goes on to work.
  const upgrade = async () => {
    const { createEditor } = await import('./editor.ts');
    await composed(field);
    if (editor !== undefined || !host.isConnected) return;
    const hadFocus = document.activeElement === field;
    const { value: text, selectionStart, selectionEnd } = field;
    editor = createEditor({ label, text, selection: [selectionStart, selectionEnd], run });
    host.replaceChildren(editor.element);
    if (hadFocus) editor.focus();
  };
  field.addEventListener('focus', () => void upgrade().catch(() => {}));

  return {
    element: host,
    get text() {
      return editor?.text ?? field.value;
    },
    set text(text) {
      if (editor === undefined) field.value = text;
      else editor.text = text;
    },
    focus: () => (editor ?? field).focus(),
    destroy: () => editor?.destroy(),
  };
}

// A letter that is being put together would be lost.
async function composed(field: HTMLTextAreaElement): Promise<void> {
  if (field.dataset.composing === undefined) return;
  await new Promise((resolve) => field.addEventListener('compositionend', resolve, { once: true }));
}
