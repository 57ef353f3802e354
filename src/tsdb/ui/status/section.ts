// A part of the page: a heading and what stands below it, made anew at each answer.

import { element } from '../kit/element.ts';
import type { Content } from '../kit/facts.ts';
import { isInUse } from '../kit/in-use.ts';
import { refill } from '../kit/refill.ts';
import { RequestError } from '../kit/request.ts';
import type { Zone } from '../kit/zone.ts';
import type { Answers } from './answers.ts';

export interface Section {
  readonly element: HTMLElement;
  show(answers: Answers): void;
}

/** @param make the content of an answer. What is in use is left as it is, so that nobody loses their place. */
export function section<Part extends keyof Answers>(
  title: string,
  part: Part,
  make: (answer: Exclude<Answers[Part], RequestError>, zone: Zone, answers: Answers) => Content,
  zone: Zone,
): Section {
  const id = title.toLowerCase().replaceAll(' ', '-');
  const content = element('div', { class: 'content' });
  const made = element('section', { 'aria-labelledby': id }, element('h2', { id }, title), content);
  let standing = '';
  return {
    element: made,
    show(answers) {
      const answer = answers[part];
      const text = answer instanceof RequestError ? answer.message : JSON.stringify([answer, zone.name]);
      if (text === standing || isInUse(content)) return;
      standing = text;
      refill(
        content,
        answer instanceof RequestError
          ? [element('p', { class: 'notice bad' }, `mini-tsdb cannot tell this: ${answer.message}`)]
          : make(answer as Exclude<Answers[Part], RequestError>, zone, answers),
      );
    },
  };
}
