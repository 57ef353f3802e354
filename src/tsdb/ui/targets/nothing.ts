// What stands in the place of rows when there are none: what to do next.

import { element } from '../kit/element.ts';
import type { Counts } from './counts.ts';

export interface Nothing {
  readonly element: HTMLElement;
  /** @param shown rows. @param job that is chosen; empty: none. */
  show(shown: number, job: string, counts: Counts): void;
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
  return {
    element: holder,
    show(shown, job, { jobs }) {
      holder.hidden = shown > 0;
      holder.replaceChildren(jobs.length === 0 ? first : element('p', {}, wordsOf(job, jobs)));
    },
  };
}

function wordsOf(job: string, jobs: Counts['jobs']): string {
  const isThere = job === '' || jobs.some(([name]) => name === job);
  return isThere ? 'No target is like that.' : `There is no job of the name “${job}”.`;
}
