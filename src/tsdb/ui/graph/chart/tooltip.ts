// What is pointed at in words: the value, short, its time, and all labels of its series. What is spoken is exact.

import { element } from '../../kit/element.ts';
import { formatExact } from '../../kit/time-format.ts';
import type { SeriesData } from '../chart-data.ts';
import { swatch } from '../swatch.ts';
import { formatShort, formatValue } from '../value-format.ts';
import type { Pointing } from './pointing.ts';

export interface Tooltip {
  readonly element: HTMLElement;
  show(pointing: Pointing | undefined, zone: string): void;
}

const AWAY = 14;

export function createTooltip(): Tooltip {
  const box = element('div', { class: 'tooltip' });
  const mark = element('div', { class: 'mark' });
  const host = element('div', { class: 'pointing' }, mark, box);
  host.hidden = true;
  return {
    element: host,
    show(pointing, zone) {
      host.hidden = pointing === undefined;
      if (pointing === undefined) return;
      const { line, at, left, top } = pointing;
      box.replaceChildren(...contentOf(line.data, at, zone, line.colour));
      mark.style.transform = `translate(${left}px, ${top}px)`;
      mark.dataset.colour = String(line.colour + 1);
      place(box, host, left, top);
    },
  };
}

/** The same in one sentence, to be read aloud. */
export function spoken(data: SeriesData, at: number, zone: string): string {
  const labels = Object.entries(data.labels).map(([name, value]) => `${name} ${value}`);
  const value = formatValue(data.values[at] as number);
  return `${value} at ${timeOf(data, at, zone)}: ${labels.join(', ')}`;
}

function contentOf(data: SeriesData, at: number, zone: string, colour: number): HTMLElement[] {
  const { __name__: metric, ...labels } = data.labels;
  const rows = Object.entries(labels).map(([name, value]) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, value)),
  );
  return [
    element(
      'div',
      { class: 'value' },
      swatch(colour),
      element('strong', {}, formatShort(data.values[at] as number)),
    ),
    ...(metric === undefined ? [] : [element('div', {}, metric)]),
    element('div', { class: 'time' }, timeOf(data, at, zone)),
    ...details(data, at),
    element('dl', {}, ...rows),
  ];
}

function timeOf(data: SeriesData, at: number, zone: string): string {
  const begin = formatExact(data.times[at] as number, zone);
  return data.kind === 'raw' ? begin : `${begin} – ${formatExact(data.ends[at] as number, zone)}`;
}

function details(data: SeriesData, at: number): HTMLElement[] {
  if (data.kind === 'raw') return [];
  const [min, max] = [formatShort(data.mins[at] as number), formatShort(data.maxs[at] as number)];
  const samples = `average of ${data.counts[at]}, from ${min} to ${max}`;
  return [
    element('div', { class: 'time' }, data.partial[at] === 1 ? `${samples}; not the whole of it` : samples),
  ];
}

function place(box: HTMLElement, host: HTMLElement, left: number, top: number): void {
  const { clientWidth: width, clientHeight: height } = host;
  const { offsetWidth, offsetHeight } = box;
  const [right, back] = [left + AWAY, left - AWAY - offsetWidth];
  const beside = right + offsetWidth <= width ? right : back;
  const isBeside = beside >= 0;
  const x = isBeside ? beside : (width - offsetWidth) / 2;
  const y = isBeside ? top - offsetHeight / 2 : top > height / 2 ? 0 : height - offsetHeight;
  const inside = Math.min(Math.max(0, y), Math.max(0, height - offsetHeight));
  box.style.transform = `translate(${Math.round(x)}px, ${Math.round(inside)}px)`;
}
