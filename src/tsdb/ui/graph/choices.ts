// One of a few words: radio buttons side by side.

import { element } from '../kit/element.ts';

export interface Choices<Word extends string> {
  readonly element: HTMLElement;
  show(word: Word | undefined): void;
}

let made = 0;

export function createChoices<Word extends string>(
  title: string,
  words: readonly Word[],
  chosen: (word: Word) => void,
  labelOf: (word: Word) => string = (word) => word,
): Choices<Word> {
  made += 1;
  const name = `choices-${made}`;
  const inputs = words.map((word) => {
    const input = element('input', { type: 'radio', name, value: word });
    input.addEventListener('change', () => chosen(word));
    return input;
  });
  const labels = words.map((word, i) =>
    element('label', {}, inputs[i] as HTMLInputElement, element('span', {}, labelOf(word))),
  );
  return {
    element: element('div', { role: 'radiogroup', class: 'choices', 'aria-label': title }, ...labels),
    show(word) {
      for (const [i, input] of inputs.entries()) input.checked = words[i] === word;
    },
  };
}
