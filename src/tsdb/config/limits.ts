// The limits of a scrape, in `global` and in a job alike.

import { count } from '../../lib/yaml-fields.ts';
import type { ScrapeLimits } from './scrape-config.ts';
import { size } from './values.ts';

export const LIMIT_FIELDS = {
  sample_limit: count,
  body_size_limit: size,
  label_limit: count,
  label_name_length_limit: count,
  label_value_length_limit: count,
  target_limit: count,
} as const;

type LimitValues = { readonly [Name in keyof typeof LIMIT_FIELDS]?: number };

export const NO_LIMITS: ScrapeLimits = {
  samples: 0,
  bodyBytes: 0,
  labels: 0,
  labelNameLength: 0,
  labelValueLength: 0,
  targets: 0,
};

/** What is 0 or not given is as in `otherwise`. */
export function limitsOf(values: LimitValues, otherwise: ScrapeLimits): ScrapeLimits {
  return {
    samples: values.sample_limit || otherwise.samples,
    bodyBytes: values.body_size_limit || otherwise.bodyBytes,
    labels: values.label_limit || otherwise.labels,
    labelNameLength: values.label_name_length_limit || otherwise.labelNameLength,
    labelValueLength: values.label_value_length_limit || otherwise.labelValueLength,
    targets: values.target_limit || otherwise.targets,
  };
}
