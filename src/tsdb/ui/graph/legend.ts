// The legend: every series as a button; a click shows only it, a click with Ctrl or Shift takes it away or adds it.

import { element } from '../kit/element.ts';
import { labelText } from './label-text.ts';
import type { Line } from './lines.ts';
import { chooseOnly, isShown, type SeriesChoice, toggleSeries } from './series-choice.ts';
import { seriesName, tellApart } from './series-name.ts';
import { swatch } from './swatch.ts';

export interface Legend {
  readonly element: HTMLElement;
  show(lines: readonly Line[], choice: SeriesChoice): void;
}

interface LegendEvents {
  readonly chosen: (choice: SeriesChoice) => void;
  readonly stressed: (line: Line | undefined) => void;
}

export function createLegend({ chosen, stressed }: LegendEvents): Legend {
  const host = element('section', { class: 'legend', 'aria-label': 'Series' });
  let lines: readonly Line[] = [];
  let choice: SeriesChoice;
  const lineOf = (event: Event) => {
    const button = (event.target as Element).closest('button');
    return lines.find(({ id }) => id === button?.dataset.id);
  };
  const choose = (event: MouseEvent | KeyboardEvent) => {
    const line = lineOf(event);
    if (line === undefined) return;
    const ids = lines.map(({ id }) => id);
    chosen((isToggle(event) ? toggleSeries : chooseOnly)(choice, line.id, ids));
  };
  host.addEventListener('click', choose);
  host.addEventListener('keydown', (event) => {
    // A browser makes no click of Ctrl and Enter.
    if ((event.key === 'Enter' || event.key === ' ') && isToggle(event)) {
      event.preventDefault();
      choose(event);
    } else walk(host, event);
  });
  for (const [over, out] of [
    ['pointerover', 'pointerout'],
    ['focusin', 'focusout'],
  ] as const) {
    host.addEventListener(over, (event) => stressed(lineOf(event)));
    host.addEventListener(out, () => stressed(undefined));
  }
  return {
    element: host,
    show(nextLines, nextChoice) {
      const isSame = nextLines.length === lines.length && nextLines.every(({ id }, i) => id === lines[i]?.id);
      lines = nextLines;
      choice = nextChoice;
      if (!isSame || host.childElementCount === 0) host.replaceChildren(...groups(lines));
      mark(host, choice);
    },
  };
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
