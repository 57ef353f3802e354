// Content types, and the format in which Prometheus 3 reads an answer that has them; undefined where it fails the scrape.

import type { Format } from '../../../src/tsdb/exposition/content-type.ts';

export interface ContentTypeCase {
  readonly contentType: string;
  readonly format?: Format;
}

const text = (contentType: string): ContentTypeCase => ({ contentType, format: 'text' });

export const CONTENT_TYPES: readonly ContentTypeCase[] = [
  text('text/plain'),
  text('text/plain; version=0.0.4; charset=utf-8'),
  text('text/plain; version=1.0.0; escaping=allow-utf-8'),
  text('text/plain;version=0.0.4;escaping=underscores'),
  text('text/plain; version=7'),
  text('TEXT/Plain ; Version="0.0.4" '),
  text('text/plain;'),
  text('text/plain; a=1; a=1'),
  text('text/plain; a="x\\"; y"; b=2;'),
  { contentType: 'application/openmetrics-text', format: 'openmetrics' },
  { contentType: 'application/openmetrics-text; version=0.0.1; charset=utf-8', format: 'openmetrics' },
  { contentType: 'application/openmetrics-text; version=1.0.0; escaping=values', format: 'openmetrics' },
  { contentType: '' },
  { contentType: 'text/html' },
  { contentType: 'application/json; charset=utf-8' },
  { contentType: 'text/plain; version' },
  { contentType: 'text/plain; =1' },
  { contentType: 'text/plain; a=1; a=2' },
  { contentType: 'text/plain; a=1 b=2' },
  { contentType: 'text/plain, text/html' },
  { contentType: 'text /plain' },
  { contentType: 'text/' },
  { contentType: ';' },
  { contentType: 'text/plain; a="x' },
  {
    contentType:
      'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
  },
];
