// How long the lists are: in the address, as `?top=50`.

import { element } from '../kit/element.ts';

const TOPS = [10, 50, 200] as const;
export type TopCount = (typeof TOPS)[number];

export function readTop(query: string): TopCount {
  const given = Number(new URLSearchParams(query).get('top'));
  return TOPS.find((top) => top === given) ?? TOPS[0];
}

export function writeTop(top: TopCount): string {
  return top === TOPS[0] ? '' : `?top=${top}`;
}

export interface TopChoice {
  readonly element: HTMLElement;
  show(top: TopCount): void;
}

export function createTopChoice(change: (top: TopCount) => void): TopChoice {
  const radios = TOPS.map((top) => {
    const radio = element('input', { type: 'radio', name: 'top', value: String(top) });
    radio.addEventListener('change', () => change(top));
    return radio;
  });
  const labels = radios.map((radio, i) => element('label', {}, radio, String(TOPS[i])));
  return {
    element: element(
      'div',
      { class: 'toolbar' },
      element('span', { class: 'quiet-text', 'aria-hidden': 'true' }, 'Top'),
      element(
        'fieldset',
        { class: 'choices' },
        element('legend', { class: 'heard' }, 'Length of lists'),
        ...labels,
      ),
    ),
    show(top) {
      radios.forEach((radio, i) => {
        radio.checked = TOPS[i] === top;
      });
    },
  };
}
