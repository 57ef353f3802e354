// What stands in the place of rows when there are none: what to do next.

import { element } from '../kit/element.ts';

export interface Nothing {
  readonly element: HTMLElement;
  /** @param shown rows. @param isConfigured whether there is any job. */
  show(shown: number, isConfigured: boolean): void;
}

export function createNothing(): Nothing {
  const holder = element('div', { class: 'empty' });
  holder.hidden = true;
  const first = element(
    'p',
    {},
    'Nothing is scraped yet: add a job to ',
    element('code', {}, 'scrape_configs'),
    ' in the configuration file.',
  );
  const none = element('p', {}, 'No target is like that.');
  return {
    element: holder,
    show(shown, isConfigured) {
      holder.hidden = shown > 0;
      holder.replaceChildren(isConfigured ? none : first);
    },
  };
}
