// What the editor's completion asks the server for: through the page's own requests, bounded, kept for a while.

import type { PrometheusClient } from '@prometheus-io/codemirror-promql';
import { request } from '../kit/request.ts';
import { type Metadata, metadata, metricNames } from './catalogue.ts';
import { seriesName } from './series-name.ts';

const MAX_NAMES = '2000';
const MAX_SERIES = '200';

/** Completion goes without what the server does not give. */
export function completionClient(): PrometheusClient {
  const orNone = <Data>(asked: Promise<readonly Data[]>): Promise<Data[]> =>
    asked.then(
      (found) => [...found],
      () => [],
    );
  const matching = (metric: string | undefined, limit: string) => {
    const fields = new URLSearchParams({ limit });
    if (metric !== undefined && metric !== '') fields.set('match[]', seriesName({ __name__: metric }));
    return fields;
  };
  return {
    metricNames: () => orNone(metricNames()),
    labelNames: (metric) => orNone(request<string[]>(`api/v1/labels?${matching(metric, MAX_NAMES)}`)),
    labelValues: (name, metric) =>
      orNone(
        request<string[]>(`api/v1/label/${encodeURIComponent(name)}/values?${matching(metric, MAX_NAMES)}`),
      ),
    async series(metric) {
      const found = request<Record<string, string>[]>(`api/v1/series?${matching(metric, MAX_SERIES)}`);
      return (await orNone(found)).map((labels) => new Map(Object.entries(labels)));
    },
    metricMetadata: () =>
      metadata().then(
        (found: Metadata) => ({ ...found }) as Record<string, { type: string; help: string }[]>,
        () => ({}),
      ),
    flags: async () => ({}),
  };
}
