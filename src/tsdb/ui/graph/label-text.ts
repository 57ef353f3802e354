// A series in words for the page: names quieter than values.

import { element } from '../kit/element.ts';
import { type Labels, labelName, quote } from './series-name.ts';

/** `up{job="sensors"}` in pieces; of no labels at all, `fallback`. */
export function labelText(labels: Labels, fallback: string): HTMLElement {
  const { __name__: metric, ...rest } = labels;
  const pairs = Object.entries(rest).map(([name, value]) =>
    element(
      'span',
      { class: 'pair' },
      element('span', { class: 'name' }, `${labelName(name)}=`),
      quote(value),
    ),
  );
  const words = metric === undefined ? [] : [element('span', { class: 'metric' }, metric)];
  const all = [...words, ...pairs];
  return element(
    'span',
    { class: 'series' },
    ...(all.length === 0 ? [fallback] : all.flatMap((one) => [one, ' '])),
  );
}
