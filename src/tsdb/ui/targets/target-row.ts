// One row of the table in the document, which shows one target after another.

import { setAgo } from '../kit/ago.ts';
import { element } from '../kit/element.ts';
import { formatCount } from '../kit/number-format.ts';
import { stateMark, type Tone } from '../kit/state-mark.ts';
import { formatSeconds } from '../kit/time-format.ts';
import type { VirtualRow } from '../kit/virtual-rows.ts';
import type { Zone } from '../kit/zone.ts';
import type { TargetRow, TargetState } from './row.ts';

const TONES: Readonly<Record<TargetState, Tone>> = {
  up: 'good',
  down: 'bad',
  unknown: 'unknown',
  dropped: 'unknown',
};

export function targetState(state: TargetState): HTMLElement {
  return stateMark(TONES[state], state);
}

export interface RowParts {
  readonly rowAt: (index: number) => TargetRow;
  readonly open: (row: TargetRow) => void;
  readonly zone: Zone;
}

const CELLS = ['state', 'target', 'job', 'labels', 'scrape', 'duration', 'samples', 'error'] as const;

type Cells = Readonly<Record<(typeof CELLS)[number], HTMLElement>>;

export class TargetRowElement implements VirtualRow {
  readonly element: HTMLElement;
  readonly #parts: RowParts;
  readonly #cells: Cells;
  readonly #button = element('button', { type: 'button', class: 'link', 'aria-haspopup': 'dialog' });
  readonly #time = element('time', { class: 'ago' });
  #shown: TargetRow | undefined;

  constructor(parts: RowParts) {
    this.#parts = parts;
    const cells = CELLS.map((name) => [name, element('div', { role: 'cell', class: `of-${name}` })] as const);
    this.#cells = Object.fromEntries(cells) as Record<string, HTMLElement> as Cells;
    this.#cells.target.append(this.#button);
    this.element = element('div', { role: 'row', class: 'target' }, ...cells.map(([, cell]) => cell));
    this.element.addEventListener('click', () => {
      if (this.#shown !== undefined && getSelection()?.isCollapsed !== false) parts.open(this.#shown);
    });
  }

  show(index: number): void {
    const target = this.#parts.rowAt(index);
    if (this.#shown === target) return;
    const { state, error, lastScrape, duration, samples } = target;
    const cells = this.#cells;
    if (this.#shown?.state !== state) cells.state.replaceChildren(targetState(state));
    this.#shown = target;
    setText(this.#button, target.url);
    setText(cells.error, error);
    this.element.classList.toggle('troubled', error !== '');
    setText(cells.job, target.job);
    setText(cells.labels, target.labels);
    setText(cells.duration, lastScrape === 0 ? '' : formatSeconds(duration));
    setText(cells.samples, lastScrape === 0 || samples < 0 ? '' : formatCount(samples));
    showScrape(cells.scrape, this.#time, target, this.#parts.zone);
  }
}

function showScrape(
  cell: HTMLElement,
  time: HTMLTimeElement,
  { lastScrape, state }: TargetRow,
  zone: Zone,
): void {
  if (lastScrape === 0) {
    setText(cell, state === 'dropped' ? '' : 'not yet');
    return;
  }
  setAgo(time, lastScrape, zone);
  if (time.parentNode === cell) return;
  cell.replaceChildren(time);
  cell.title = '';
}

// What is as it was is not touched: a selection in it stays.
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
  if (element.title !== text) element.title = text;
}
