// A label's name that is completed in braces brings its `=""`, and its values are offered as if that was typed.

import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
  insertBracket,
  insertCompletionText,
  pickedCompletion,
} from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { EditorView } from '@codemirror/view';
import { labelName } from './series-name.ts';

/** What the package found, where it found names of labels for a matcher. */
export function withMatchers(found: CompletionResult | null, context: CompletionContext) {
  if (found === null || !isInMatcher(context)) return found;
  return { ...found, options: found.options.map((option) => ({ ...option, apply: takeName })) };
}

function isInMatcher({ state, pos }: CompletionContext): boolean {
  const { name, parent } = syntaxTree(state).resolve(pos, -1);
  return name === 'LabelMatchers' || (name === 'LabelName' && parent?.name === 'UnquotedLabelMatcher');
}

function takeName(view: EditorView, completion: Completion, from: number, to: number): void {
  const name = labelName(completion.label);
  const isMatched = /^\s*[=!]/.test(view.state.sliceDoc(to));
  const text = isMatched ? name : `${name}=`;
  view.dispatch({
    ...insertCompletionText(view.state, text, from, to),
    annotations: pickedCompletion.of(completion),
  });
  // As if the quote was typed: one typed over the second goes past it.
  const quotes = isMatched ? null : insertBracket(view.state, '"');
  if (quotes !== null) view.dispatch(quotes);
}
