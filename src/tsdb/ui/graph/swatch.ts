// The colour of a line beside its words.

import { element } from '../kit/element.ts';

/** @param colour from 0. */
export function swatch(colour: number): HTMLElement {
  return element('span', { class: 'swatch', 'data-colour': String(colour + 1), 'aria-hidden': 'true' });
}
