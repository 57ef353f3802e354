// The chart by keyboard: arrows go from sample to sample and from series to series, Escape lets go.

import { placeOf } from '../chart-data.ts';
import type { Line } from '../lines.ts';
import type { Pointed } from './nearest.ts';

interface KeyEvents {
  readonly lines: () => readonly Line[];
  readonly pointed: (pointed: Pointed | undefined) => void;
}

/** Makes the chart a stop of the Tab key that is steered so. */
export function steer(host: HTMLElement, { lines, pointed }: KeyEvents): void {
  let current: Pointed | undefined;
  host.tabIndex = 0;
  host.setAttribute('role', 'application');
  host.setAttribute('aria-roledescription', 'chart');
  host.addEventListener('keydown', (event) => {
    const next = event.key === 'Escape' ? undefined : step(lines(), current, event.key);
    if (next === current) return;
    event.preventDefault();
    current = next;
    pointed(next);
  });
  host.addEventListener('blur', () => {
    if (current === undefined) return;
    current = undefined;
    pointed(undefined);
  });
}

/** Where a key leads; the same where it leads nowhere. */
export function step(all: readonly Line[], current: Pointed | undefined, key: string): Pointed | undefined {
  const lines = all.filter(({ data }) => data.times.length > 0);
  const place = lines.findIndex(({ id }) => id === current?.line.id);
  const line = lines[place] ?? lines[0];
  if (line === undefined || !/^(?:Arrow(?:Left|Right|Up|Down)|Home|End)$/.test(key)) return current;
  const last = line.data.times.length - 1;
  if (current === undefined || place === -1) return { line, at: last };
  if (key === 'ArrowUp' || key === 'ArrowDown') {
    const other = lines[(place + (key === 'ArrowDown' ? 1 : lines.length - 1)) % lines.length] as Line;
    const time = current.line.data.times[current.at] as number;
    return { line: other, at: Math.min(placeOf(other.data.times, time), other.data.times.length - 1) };
  }
  const at = { Home: 0, End: last, ArrowLeft: current.at - 1, ArrowRight: current.at + 1 }[key] ?? current.at;
  return { line, at: Math.min(last, Math.max(0, at)) };
}
