// A field for a length of time until now, as a Prometheus duration.

import { element } from '../kit/element.ts';
import type { TimeRange } from './state.ts';
import { readLast } from './time-range.ts';

/** @param ranged with a length that can be drawn; the field says what is wrong with another. */
export function lengthField(ranged: (range: TimeRange) => void): HTMLInputElement {
  const field = element('input', {
    size: '6',
    'aria-label': 'The last, as a duration',
    placeholder: '2h30m',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  field.addEventListener('change', () => {
    const read = readLast(field.value);
    field.setCustomValidity(
      read === undefined ? 'A duration such as 90s, 2h30m or 30d, of at most 100 years.' : '',
    );
    if (read === undefined) field.reportValidity();
    else ranged(read);
  });
  field.addEventListener('input', () => field.setCustomValidity(''));
  return field;
}
