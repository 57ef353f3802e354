// Fields that Prometheus knows and that mean something else here: nothing at all, only their default, or a refusal.

import { type Field, fault, type Read, truth, word } from '../../lib/yaml-fields.ts';

/** Told one line for each thing that is odd but does no harm. */
export type Warn = (warning: string) => void;

/** A field that does not change what is scraped. Its value is not looked at. */
export function ignored(warn: Warn, why: string): Read<void> {
  return (field) => warn(warning(field, `${field.name} is ignored: ${why}`));
}

export function warning({ line }: Field, message: string): string {
  return `line ${line}: ${message}`;
}

/** A field that may be written out, as long as it says what holds without it. */
export function only<T extends string | number | boolean>(value: T, read: Read<T>, why: string): Read<void> {
  return (field) => {
    const given = read(field);
    if (given !== value)
      throw fault(field, `${field.name} ${JSON.stringify(given)} is not supported; ${why}`);
  };
}

export function unsupported(why: string): Read<never> {
  return (field) => {
    throw fault(field, `${field.name} is not supported; ${why}`);
  };
}

const NO_NATIVE = 'native histograms are not stored';

/** Of `global` and of a job: names and histograms. */
export const COMMON_FIELDS = {
  metric_name_validation_scheme: only('utf8', word({ utf8: 'utf8', legacy: 'legacy' }), 'names are UTF-8'),
  metric_name_escaping_scheme: only(
    'allow-utf-8',
    word({ 'allow-utf-8': 'allow-utf-8', underscores: 'underscores', dots: 'dots', values: 'values' }),
    'names are asked for as they are',
  ),
  scrape_native_histograms: only(false, truth, NO_NATIVE),
  convert_classic_histograms_to_nhcb: only(false, truth, NO_NATIVE),
  // Text formats hold no others.
  always_scrape_classic_histograms: truth,
  extra_scrape_metrics: only(false, truth, 'up and scrape_… are written as Prometheus does by default'),
} as const;
