// Prometheus' editor for queries, in a shadow root: there its styles need no exception from the page's policy.

import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  selectedCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorState, type Extension, Prec } from '@codemirror/state';
import { EditorView, type KeyBinding, keymap, placeholder } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { element } from '../kit/element.ts';
import { EDITOR_LOOK } from './editor-look.ts';
import { promql } from './promql-language.ts';

export interface Editor {
  readonly element: HTMLElement;
  text: string;
  focus(): void;
  /** It is needed no more. */
  destroy(): void;
}

export interface EditorOptions {
  /** Read aloud. */
  readonly label: string;
  readonly text: string;
  readonly selection: readonly [number, number];
  readonly run: () => void;
}

const HIGHLIGHT = HighlightStyle.define([
  { tag: tags.labelName, color: 'var(--code-label)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: [tags.number, tags.literal], color: 'var(--code-number)' },
  { tag: [tags.keyword, tags.function(tags.variableName), tags.modifier], color: 'var(--code-word)' },
  { tag: tags.comment, color: 'var(--quiet)' },
]);

export function createEditor(options: EditorOptions): Editor {
  const { text, selection } = options;
  const host = element('div', { class: 'editor' });
  const root = host.attachShadow({ mode: 'open' });
  const state = EditorState.create({
    doc: text,
    selection: { anchor: selection[0], head: selection[1] },
    extensions: extensionsOf(options),
  });
  const view = new EditorView({ state, parent: root, root });
  return {
    element: host,
    get text() {
      return view.state.doc.toString();
    },
    set text(next) {
      if (next === view.state.doc.toString()) return;
      const insert = view.state.toText(next);
      const changes = { from: 0, to: view.state.doc.length, insert };
      view.dispatch({ changes, selection: { anchor: insert.length } });
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

function extensionsOf({ label, run }: EditorOptions): Extension[] {
  return [
    history(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ maxRenderedOptions: 60, icons: false, defaultKeymap: false, interactionDelay: 0 }),
    syntaxHighlighting(HIGHLIGHT),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label }),
    placeholder('a metric, such as up{job="sensors"}'),
    EDITOR_LOOK,
    promql(),
    Prec.highest(keymap.of([enterKey(run), ...completionKeymap, { key: 'Tab', run: acceptCompletion }])),
    keymap.of([...closeBracketsKeymap, ...historyKeymap, ...defaultKeymap]),
  ];
}

// Enter takes a completion when a list is open that says more than what stands there, else it runs the query.
function enterKey(run: () => void): KeyBinding {
  return {
    key: 'Enter',
    run: (view) => {
      if (!saysSame(view.state) && acceptCompletion(view)) return true;
      closeCompletion(view);
      run();
      return true;
    },
  };
}

function saysSame(state: EditorState): boolean {
  const { head } = state.selection.main;
  const label = selectedCompletion(state)?.label;
  return label !== undefined && state.sliceDoc(Math.max(0, head - label.length), head) === label;
}
