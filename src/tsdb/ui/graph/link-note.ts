// What of a link was not taken, and what is shown instead.

import { element } from '../kit/element.ts';
import type { GraphState } from './state.ts';
import type { LinkFault } from './url-state.ts';

/** Letters of a fault that are shown. */
const MAX_LETTERS = 80;

export interface LinkNote {
  readonly element: HTMLElement;
  show(faults: readonly LinkFault[], state: GraphState): void;
}

export function linkNote(): LinkNote {
  const host = element('div', { class: 'notice' });
  return {
    element: host,
    show(faults, state) {
      host.hidden = faults.length === 0;
      host.textContent = faultWords(faults, state);
    },
  };
}

/** `Not taken from the link: “range=soon” (shown is the last 1h), “by=year” (shown is raw).` */
export function faultWords(faults: readonly LinkFault[], state: GraphState): string {
  const each = faults.map(({ name, text }) => `“${shortened(text)}” (${INSTEAD[name](state)})`);
  return `Not taken from the link: ${each.join(', ')}.`;
}

const INSTEAD: Readonly<Record<LinkFault['name'], (state: GraphState) => string>> = {
  q: ({ queries }) => `shown are the first ${queries.length}`,
  range: ({ range }) => `shown is ${range.kind === 'last' ? `the last ${range.duration}` : 'another time'}`,
  by: ({ granularity }) => `shown is ${granularity}`,
  tab: ({ tab }) => `shown is the ${tab}`,
  refresh: ({ refresh }) => `refresh is ${refresh}`,
  tz: ({ zone }) => `times are those of ${zone}`,
};

function shortened(text: string): string {
  return text.length > MAX_LETTERS ? `${text.slice(0, MAX_LETTERS)}…` : text;
}
