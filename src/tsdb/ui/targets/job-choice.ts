// The jobs, each with how many of its targets are up: side by side while they are few, then as a list.

import { element } from '../kit/element.ts';
import { formatCount } from '../kit/number-format.ts';
import { activeOf, type Counts, type StateCounts } from './counts.ts';

export interface JobChoice {
  readonly element: HTMLElement;
  show(current: string, counts: Counts): void;
}

interface Choice {
  readonly job: string;
  readonly words: string;
  readonly isTroubled: boolean;
}

/** More would push the table out of sight. */
const MOST_SIDE_BY_SIDE = 12;

/** @param change is told the job, or an empty text for all. */
export function createJobs(change: (job: string) => void): JobChoice {
  const holder = element('div', { class: 'jobs' });
  let standing = '';
  return {
    element: holder,
    show(current, counts) {
      const choices = choicesOf(current, counts);
      const isList = choices.length > MOST_SIDE_BY_SIDE;
      const form = JSON.stringify([isList, choices.map(({ job }) => job)]);
      const hadFocus = holder.contains(document.activeElement);
      if (form !== standing)
        holder.replaceChildren(isList ? list(choices, change) : sideBySide(choices, change));
      standing = form;
      holder.hidden = choices.length < 3;
      if (isList) tellList(holder, choices, current);
      else tellSideBySide(holder, choices, current);
      // Jobs change places with their troubles.
      if (hadFocus && !holder.contains(document.activeElement))
        holder.querySelector<HTMLElement>('select, :checked')?.focus();
    },
  };
}

// The one that is chosen is there also when it has gone.
function choicesOf(current: string, { all, jobs }: Counts): Choice[] {
  const isKnown = current === '' || jobs.some(([job]) => job === current);
  const known = jobs.map(([job, counts]) => choiceOf(job, counts));
  const gone = { job: current, words: 'no targets', isTroubled: false };
  return [choiceOf('', all), ...known, ...(isKnown ? [] : [gone])];
}

function choiceOf(job: string, counts: StateCounts): Choice {
  const active = activeOf(counts);
  const words = active === 0 ? 'no targets' : `${formatCount(counts.up)} of ${formatCount(active)} up`;
  return { job, words, isTroubled: job !== '' && counts.down > 0 };
}

const titleOf = ({ job }: Choice) => (job === '' ? 'All jobs' : job);

function sideBySide(choices: readonly Choice[], change: (job: string) => void): HTMLElement {
  const labels = choices.map((choice) => {
    const radio = element('input', { type: 'radio', name: 'job', value: choice.job });
    radio.addEventListener('change', () => change(choice.job));
    return element('label', {}, radio, `${titleOf(choice)} `, element('span', { class: 'count' }));
  });
  return element('fieldset', { class: 'chips' }, element('legend', { class: 'heard' }, 'Job'), ...labels);
}

function tellSideBySide(holder: HTMLElement, choices: readonly Choice[], current: string): void {
  const labels = holder.querySelectorAll('label');
  choices.forEach(({ job, words, isTroubled }, i) => {
    const [radio, count] = [labels[i]?.querySelector('input'), labels[i]?.querySelector('.count')];
    if (radio) radio.checked = job === current;
    if (count && count.textContent !== words) count.textContent = words;
    count?.classList.toggle('some', isTroubled);
  });
}

function list(choices: readonly Choice[], change: (job: string) => void): HTMLElement {
  const options = choices.map(({ job }) => element('option', { value: job }));
  const select = element('select', { 'aria-label': 'Job' }, ...options);
  select.addEventListener('change', () => change(select.value));
  return select;
}

function tellList(holder: HTMLElement, choices: readonly Choice[], current: string): void {
  const select = holder.querySelector('select') as HTMLSelectElement;
  choices.forEach((choice, i) => {
    const [option, text] = [select.options[i], `${titleOf(choice)}: ${choice.words}`];
    if (option && option.text !== text) option.text = text;
  });
  if (select.value !== current) select.value = current;
}
