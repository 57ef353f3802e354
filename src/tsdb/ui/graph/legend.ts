// The legend: of every series its square, which takes it away or adds it, and its name, which shows only it.

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
    mark(this.element, lines, choice);
  }

  #lineOf(event: Event): Line | undefined {
    const item = (event.target as Element).closest('li');
    return this.#lines.find(({ id }) => id === item?.dataset.id);
  }

  #choose(event: MouseEvent | KeyboardEvent): void {
    const line = this.#lineOf(event);
    const button = (event.target as Element).closest('button');
    if (line === undefined || button === null) return;
    const ids = this.#lines.map(({ id }) => id);
    const choose = isToggle(event) || button.className === 'toggle' ? toggleSeries : chooseOnly;
    this.#chosen(choose(this.#choice, line.id, ids));
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
  const hint = 'Square: hides or shows the series. Name: shows only this one; once more, all.';
  return lines.length === 1 ? lists : [...lists, element('p', { class: 'hint' }, hint)];
}

function group(lines: readonly Line[]): HTMLElement[] {
  const { common } = tellApart(lines.map(({ data }) => data.labels));
  const items = lines.map(entry);
  const head =
    Object.keys(common).length === 0
      ? []
      : [element('p', { class: 'common' }, 'all: ', labelText(common, ''))];
  return [...head, element('ul', {}, ...items)];
}

function entry({ id, colour, own, data }: Line): HTMLElement {
  const words = labelText(own, '(no labels)');
  const name = words.textContent.trim();
  const button = (kind: string, label: string, title: string, content: HTMLElement) =>
    element('button', { type: 'button', class: kind, 'aria-label': label, title, tabindex: '-1' }, content);
  return element(
    'li',
    { 'data-id': id },
    button('toggle', `Show ${name}`, 'Hide or show it', swatch(colour)),
    button('only', `Only ${name}`, seriesName(data.labels), words),
  );
}

function mark(host: HTMLElement, lines: readonly Line[], choice: SeriesChoice): void {
  const count = lines.filter(({ id }) => isShown(choice, id)).length;
  for (const item of host.querySelectorAll('li')) {
    const isOn = isShown(choice, item.dataset.id ?? '');
    item.classList.toggle('away', !isOn);
    press(item, '.toggle', isOn);
    press(item, '.only', isOn && count === 1);
  }
  if (host.querySelector('[tabindex="0"]') === null)
    host.querySelector('button')?.setAttribute('tabindex', '0');
}

function press(item: HTMLElement, button: string, isPressed: boolean): void {
  item.querySelector(button)?.setAttribute('aria-pressed', String(isPressed));
}

// One stop for the Tab key; up and down go from series to series, left and right also from square to name.
function walk(host: HTMLElement, event: KeyboardEvent): void {
  const buttons = [...host.querySelectorAll('button')];
  const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
  const step = { ArrowRight: 1, ArrowDown: 2, ArrowLeft: -1, ArrowUp: -2 }[event.key];
  const to = event.key === 'Home' ? 0 : event.key === 'End' ? buttons.length - 1 : at + (step ?? 0);
  const next = buttons[to];
  if (at === -1 || to === at || next === undefined) return;
  event.preventDefault();
  buttons[at]?.setAttribute('tabindex', '-1');
  next.setAttribute('tabindex', '0');
  next.focus();
}
