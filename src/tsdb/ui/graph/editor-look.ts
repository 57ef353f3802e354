// The look of the editor: the page's own colours, which reach into the shadow root as custom properties.

import { EditorView } from '@codemirror/view';

export const EDITOR_LOOK = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'transparent', fontSize: '0.9333rem' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5' },
  '.cm-content': { padding: '0.45rem 0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 0.75rem' },
  '.cm-placeholder': { color: 'var(--quiet)' },
  '.cm-matchingBracket': { backgroundColor: 'var(--tint) !important', color: 'inherit !important' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    border: '1px solid var(--edge)',
    borderRadius: 'var(--radius)',
    overflow: 'hidden',
    zIndex: '10',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '18rem' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.2rem 0.6rem' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--tint)', color: 'var(--text)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionDetail': { color: 'var(--quiet)', fontStyle: 'normal', marginLeft: '1em' },
  '.cm-completionInfo': { fontFamily: 'var(--sans)', maxWidth: '22rem', padding: '0.4rem 0.7rem' },
  // On a phone it would cover the list.
  '.cm-completionInfo-right-narrow, .cm-completionInfo-left-narrow': { display: 'none' },
});
