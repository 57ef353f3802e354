// The filters above the table: text, state and job, each with what it would leave.

import { element } from '../kit/element.ts';
import { formatAmount, formatCount } from '../kit/number-format.ts';
import { activeOf, type Counts, countsOf, type StateCounts } from './counts.ts';
import { createJobs } from './job-choice.ts';
import { ALL, type ShownState, type View } from './view.ts';

/** Told of each change; `isStep` when people can go back over it. */
export type Change = (changed: Partial<View>, isStep: boolean) => void;

const STATES: readonly (readonly [state: ShownState, title: string])[] = [
  ['active', 'All'],
  ['up', 'Up'],
  ['down', 'Down'],
  ['unknown', 'Unknown'],
  ['dropped', 'Dropped'],
];

export class Filters {
  readonly element: HTMLElement;
  readonly #input = searchField();
  readonly #said = element('span', { role: 'status', class: 'quiet-text' });
  readonly #clear = element('button', { type: 'button' }, 'Clear filters');
  readonly #states;
  readonly #jobs;

  constructor(change: Change) {
    this.#states = STATES.map(([state, title]) => stateChoice(state, title, change));
    this.#jobs = createJobs((job) => change({ job }, true));
    this.element = element(
      'search',
      { class: 'toolbar filters' },
      this.#input,
      statesOf(this.#states.map(({ label }) => label)),
      this.#said,
      this.#clear,
      this.#jobs.element,
    );
    this.#input.addEventListener('input', () => change({ text: this.#input.value }, false));
    this.#clear.addEventListener('click', () => {
      change({ text: ALL.text, job: ALL.job, state: ALL.state }, true);
      this.#input.focus();
    });
    onSlash(this.#input);
  }

  show(view: View, counts: Counts, shown: number): void {
    if (this.#input.value !== view.text) this.#input.value = view.text;
    const inJob = countsOf(counts, view.job);
    for (const { show } of this.#states) show(view.state, inJob);
    this.#jobs.show(view.job, counts);
    const words = saidOf(view, inJob, shown);
    // Set again, it would be read aloud again.
    if (this.#said.textContent !== words) this.#said.textContent = words;
    this.#clear.hidden = view.text === '' && view.job === '' && view.state === ALL.state;
  }
}

function searchField(): HTMLInputElement {
  const words = 'Filter by text or name=value';
  return element('input', {
    type: 'search',
    id: 'filter',
    placeholder: words,
    'aria-label': words,
    'aria-keyshortcuts': '/',
    autocomplete: 'off',
    spellcheck: 'false',
  });
}

function statesOf(labels: readonly HTMLElement[]): HTMLElement {
  const legend = element('legend', { class: 'heard' }, 'State');
  return element('fieldset', { class: 'choices' }, legend, ...labels);
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
