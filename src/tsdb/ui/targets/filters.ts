// The filters above the table: text, state and job, each with what it would leave.

import { element } from '../kit/element.ts';
import { formatAmount, formatCount } from '../kit/number-format.ts';
import { activeOf, type Counts, countsOf, type StateCounts } from './counts.ts';
import { createJobs } from './job-choice.ts';
import { ALL, type ShownState, type View } from './view.ts';

export interface Filters {
  readonly element: HTMLElement;
  show(view: View, counts: Counts, shown: number): void;
}

/** Told of each change; `isStep` when people can go back over it. */
export type Change = (changed: Partial<View>, isStep: boolean) => void;

const STATES: readonly (readonly [state: ShownState, title: string])[] = [
  ['active', 'All'],
  ['up', 'Up'],
  ['down', 'Down'],
  ['unknown', 'Unknown'],
  ['dropped', 'Dropped'],
];

export function createFilters(change: Change): Filters {
  const input = element('input', {
    type: 'search',
    id: 'filter',
    placeholder: 'Filter by text or name=value',
    'aria-label': 'Filter by text or name=value',
    'aria-keyshortcuts': '/',
    autocomplete: 'off',
    spellcheck: 'false',
  });
  input.addEventListener('input', () => change({ text: input.value }, false));
  const states = STATES.map(([state, title]) => stateChoice(state, title, change));
  const jobs = createJobs((job) => change({ job }, true));
  const said = element('span', { role: 'status', class: 'quiet-text' });
  const clear = element('button', { type: 'button' }, 'Clear filters');
  clear.addEventListener('click', () => {
    change({ text: ALL.text, job: ALL.job, state: ALL.state }, true);
    input.focus();
  });
  onSlash(input);

  return {
    element: element(
      'search',
      { class: 'toolbar filters' },
      input,
      element(
        'fieldset',
        { class: 'choices' },
        element('legend', { class: 'heard' }, 'State'),
        ...states.map(({ label }) => label),
      ),
      said,
      clear,
      jobs.element,
    ),
    show(view, counts, shown) {
      if (input.value !== view.text) input.value = view.text;
      const inJob = countsOf(counts, view.job);
      for (const { show } of states) show(view.state, inJob);
      jobs.show(view.job, counts);
      const words = saidOf(view, inJob, shown);
      // Set again, it would be read aloud again.
      if (said.textContent !== words) said.textContent = words;
      clear.hidden = view.text === '' && view.job === '' && view.state === ALL.state;
    },
  };
}

function saidOf({ text, state }: View, counts: StateCounts, shown: number): string {
  const all = state === 'dropped' ? counts.dropped : activeOf(counts);
  if (shown === all || (text === '' && state !== 'dropped')) return formatAmount(shown, 'target');
  return `${formatCount(shown)} of ${formatAmount(all, 'target')}`;
}

function stateChoice(state: ShownState, title: string, change: Change) {
  const radio = element('input', { type: 'radio', name: 'state', value: state });
  const count = element('span', { class: 'count' });
  radio.addEventListener('change', () => change({ state }, true));
  return {
    label: element('label', { class: state }, radio, `${title} `, count),
    show(current: ShownState, counts: StateCounts) {
      radio.checked = current === state;
      count.textContent = formatCount(state === 'active' ? activeOf(counts) : counts[state]);
      count.classList.toggle('some', counts.down > 0 && state === 'down');
    },
  };
}

// As on many pages: the slash leads to the search, unless something is being typed.
function onSlash(input: HTMLInputElement): void {
  addEventListener('keydown', (event) => {
    const { key, ctrlKey, metaKey, altKey, target } = event;
    const isTyping =
      target instanceof Element &&
      target.matches('input:not([type=radio]), textarea, select, [contenteditable]');
    if (key !== '/' || ctrlKey || metaKey || altKey || isTyping) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}
