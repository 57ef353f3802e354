// PromQL for the editor: Prometheus' own grammar and completion. Its linter, 17 KB more, says less than the server does.

import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { LRLanguage } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { HybridComplete } from '@prometheus-io/codemirror-promql/dist/esm/complete/hybrid.js';
import { parser } from '@prometheus-io/lezer-promql';
import { completionClient } from './completion-client.ts';
import { withMatchers } from './label-completion.ts';

/** So many metrics are described in the list, as in the package. */
const MAX_DESCRIBED = 10_000;

// As `promQLLanguage` of the package.
const LANGUAGE = LRLanguage.define({
  parser: parser.configure({ top: 'PromQL' }),
  languageData: {
    closeBrackets: { brackets: ['(', '[', '{', "'", '"', '`'] },
    commentTokens: { line: '#' },
  },
});

// The package's declarations are of the CommonJS twins of the same classes.
type Twin = Parameters<HybridComplete['promQL']>[0];

export function promql(): Extension {
  const complete = new HybridComplete(completionClient(), MAX_DESCRIBED);
  const autocomplete = async (context: CompletionContext) => {
    const found = await complete.promQL(context as unknown as Twin);
    return withMatchers(found as unknown as CompletionResult | null, context);
  };
  return [LANGUAGE, LANGUAGE.data.of({ autocomplete })];
}
