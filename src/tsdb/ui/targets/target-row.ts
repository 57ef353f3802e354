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

export function targetRow({ rowAt, open, zone }: RowParts): VirtualRow {
  const cell = (name: string, ...children: (Node | string)[]) =>
    element('div', { role: 'cell', class: name }, ...children);
  const button = element('button', { type: 'button', class: 'link', 'aria-haspopup': 'dialog' });
  const time = element('time', { class: 'ago' });
  const cells = {
    state: cell('of-state'),
    target: cell('of-target', button),
    job: cell('of-job'),
    labels: cell('of-labels'),
    scrape: cell('of-scrape'),
    duration: cell('of-duration'),
    samples: cell('of-samples'),
    error: cell('of-error'),
  };
  const row = element('div', { role: 'row', class: 'target' }, ...Object.values(cells));
  let shown: TargetRow | undefined;
  row.addEventListener('click', () => {
    if (shown !== undefined && getSelection()?.isCollapsed !== false) open(shown);
  });

  return {
    element: row,
    show(index) {
      const target = rowAt(index);
      if (shown === target) return;
      if (shown?.state !== target.state) cells.state.replaceChildren(targetState(target.state));
      shown = target;
      setText(button, target.url);
      setText(cells.error, target.error);
      row.classList.toggle('troubled', target.error !== '');
      setText(cells.job, target.job);
      setText(cells.labels, target.labels);
      setText(cells.duration, target.lastScrape === 0 ? '' : formatSeconds(target.duration));
      setText(
        cells.samples,
        target.lastScrape === 0 || target.samples < 0 ? '' : formatCount(target.samples),
      );
      showScrape(cells.scrape, time, target, zone);
    },
  };
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
