// The legend: every series as a button; a click shows only it, a click with Ctrl or Shift takes it away or adds it.

import { element } from '../kit/element.ts';
import { labelText } from './label-text.ts';
import type { Line } from './lines.ts';
import { ALL_SERIES, chooseOnly, isShown, type SeriesChoice, toggleSeries } from './series-choice.ts';
import { seriesName, tellApart } from './series-name.ts';
import { swatch } from './swatch.ts';

interface LegendEvents {
  readonly chosen: (choice: SeriesChoice) => void;
  readonly stressed: (line: Line | undefined) => void;
}

export class Legend {
  readonly element = element('section', { class: 'legend', 'aria-label': 'Series' });
  readonly #chosen: LegendEvents['chosen'];
  #lines: readonly Line[] = [];
  #choice: SeriesChoice = ALL_SERIES;

  constructor({ chosen, stressed }: LegendEvents) {
    this.#chosen = chosen;
    this.element.addEventListener('click', (event) => this.#choose(event));
    this.element.addEventListener('keydown', (event) => this.#steer(event));
    for (const over of ['pointerover', 'focusin'])
      this.element.addEventListener(over, (event) => stressed(this.#lineOf(event)));
    for (const out of ['pointerout', 'focusout'])
      this.element.addEventListener(out, () => stressed(undefined));
  }

  show(lines: readonly Line[], choice: SeriesChoice): void {
    const isSame =
      lines.length === this.#lines.length && lines.every(({ id }, i) => id === this.#lines[i]?.id);
    this.#lines = lines;
    this.#choice = choice;
    if (!isSame || this.element.childElementCount === 0) this.element.replaceChildren(...groups(lines));
    mark(this.element, choice);
  }

  #lineOf(event: Event): Line | undefined {
    const button = (event.target as Element).closest('button');
    return this.#lines.find(({ id }) => id === button?.dataset.id);
  }

  #choose(event: MouseEvent | KeyboardEvent): void {
    const line = this.#lineOf(event);
    if (line === undefined) return;
    const ids = this.#lines.map(({ id }) => id);
    this.#chosen((isToggle(event) ? toggleSeries : chooseOnly)(this.#choice, line.id, ids));
  }

  #steer(event: KeyboardEvent): void {
    // A browser makes no click of Ctrl and Enter.
    if ((event.key === 'Enter' || event.key === ' ') && isToggle(event)) {
      event.preventDefault();
      this.#choose(event);
    } else walk(this.element, event);
  }
}

function isToggle({ ctrlKey, shiftKey, metaKey }: MouseEvent | KeyboardEvent): boolean {
  return ctrlKey || shiftKey || metaKey;
}

function groups(lines: readonly Line[]): HTMLElement[] {
  if (lines.length === 0) return [];
  const places = [...new Set(lines.map(({ place }) => place))];
  const lists = places.flatMap((place) => group(lines.filter((line) => line.place === place)));
  const hint = 'Click: only this one. Ctrl or Shift and click: hide or show it.';
  return lines.length === 1 ? lists : [...lists, element('p', { class: 'hint' }, hint)];
}

function group(lines: readonly Line[]): HTMLElement[] {
  const { common } = tellApart(lines.map(({ data }) => data.labels));
  const items = lines.map((line) => element('li', {}, entry(line)));
  const head =
    Object.keys(common).length === 0
      ? []
      : [element('p', { class: 'common' }, 'all: ', labelText(common, ''))];
  return [...head, element('ul', {}, ...items)];
}

function entry({ id, colour, own, data }: Line): HTMLElement {
  const words = labelText(own, '(no labels)');
  const title = seriesName(data.labels);
  return element('button', { type: 'button', 'data-id': id, title, tabindex: '-1' }, swatch(colour), words);
}

function mark(host: HTMLElement, choice: SeriesChoice): void {
  const buttons = [...host.querySelectorAll('button')];
  for (const button of buttons)
    button.setAttribute('aria-pressed', String(isShown(choice, button.dataset.id ?? '')));
  if (!buttons.some((button) => button.tabIndex === 0)) buttons[0]?.setAttribute('tabindex', '0');
}

// One stop for the Tab key; the arrows go from series to series.
function walk(host: HTMLElement, event: KeyboardEvent): void {
  const buttons = [...host.querySelectorAll('button')];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const to = event.key === 'Home' ? 0 : event.key === 'End' ? buttons.length - 1 : at + (step ?? 0);
  const next = buttons[to];
  if (at === -1 || to === at || next === undefined) return;
  event.preventDefault();
  buttons[at]?.setAttribute('tabindex', '-1');
  next.setAttribute('tabindex', '0');
  next.focus();
}
