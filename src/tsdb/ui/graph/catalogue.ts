// The names of metrics, and what targets say about them: asked for when somebody needs them, kept for a while.

import { request } from '../kit/request.ts';

export type Metadata = Readonly<Record<string, readonly { readonly type: string; readonly help: string }[]>>;

const KEPT_MS = 30_000;
const MAX_METRICS = 20_000;

/** Of metrics that have samples. @throws RequestError. */
export const metricNames = kept(() =>
  request<readonly string[]>(`api/v1/label/__name__/values?limit=${MAX_METRICS}`),
);

/** By metric. @throws RequestError. */
export const metadata = kept(() =>
  request<Metadata>(`api/v1/metadata?limit=${MAX_METRICS}&limit_per_metric=1`),
);

/** The description of a metric, also of the parts of a histogram or summary. */
export function described(name: string, known: Metadata): { type: string; help: string } | undefined {
  const base = name.replace(/_(?:total|count|sum|bucket)$/, '');
  for (const key of [name, base]) if (Object.hasOwn(known, key)) return known[key]?.[0];
  return undefined;
}

function kept<Data>(load: () => Promise<Data>): () => Promise<Data> {
  let at = Number.NEGATIVE_INFINITY;
  let last: Promise<Data> | undefined;
  return () => {
    if (last !== undefined && performance.now() - at < KEPT_MS) return last;
    at = performance.now();
    const mine = load();
    last = mine;
    mine.catch(() => {
      if (last === mine) last = undefined;
    });
    return mine;
  };
}
