// The live screen: a view in, as many lines as the terminal has out.

import { type Addresses, shownAddresses } from './addresses.ts';
import { holdRows } from './hold-rows.ts';
import { KEY_WORDS } from './keys.ts';
import { clip, type Line, line, padded, type Style, widthOf, wrap } from './spans.ts';
import { clockTime, lasted } from './time-words.ts';
import type { Verdict } from './verdict.ts';
import type { Column, View } from './view.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What stays the same while the demo runs. */
export interface Scene {
  readonly addresses: Addresses;
  /** Version of the Prometheus that runs; undefined when there is none. */
  readonly prometheus: string | undefined;
  /** Shown in the place of its address when there is none: why, and how to get one. */
  readonly withoutPrometheus: string;
  /** False when there is no keyboard to read keys from. */
  readonly keys: boolean;
}

const STYLES: Readonly<Record<Verdict['kind'], Style>> = {
  good: 'green',
  kept: 'green',
  lost: 'red',
  wait: 'yellow',
};
// Narrower than this the lines are only cut off.
const LEAST_COLUMNS = 40;
const VERDICT_ROWS = 2;
const COLUMN_ROWS = 5 + VERDICT_ROWS;
// With fewer events the addresses make room for what is held.
const LEAST_EVENTS = 3;

/** @param progress what the tour is doing; undefined without one. */
export function renderScreen(scene: Scene, view: View, { columns, rows }: Size, progress?: string): Line[] {
  const width = Math.max(LEAST_COLUMNS, columns);
  const foot = footer(scene, width, progress).slice(-rows);
  const above = [title(scene, view, width), [], inventoryLine(view), ...columnRows(scene, view, width)];
  const below = belowRows(scene, view, width, rows - above.length - foot.length, progress === undefined);
  const room = rows - above.length - below.length - foot.length;
  const head = [...above, ...eventRows(view, room), ...below];
  // In a low terminal the head is cut, the columns last.
  return [...head.slice(0, rows - foot.length), ...foot].map((spans) => clip(spans, columns));
}

function title({ prometheus }: Scene, { at }: View, width: number): Line {
  const left: Line = [
    { text: 'inventory-sd demo', style: 'bold' },
    {
      text: prometheus === undefined ? '  with mini-tsdb' : `  with Prometheus ${prometheus} and mini-tsdb`,
      style: 'dim',
    },
  ];
  const clock = `${clockTime(at)} UTC`;
  return [...padded(left, Math.max(1, width - clock.length)), { text: clock, style: 'dim' }];
}

function inventoryLine({ fault, sensors, at }: View): Line {
  const name = { text: 'the inventory ', style: 'bold' } as const;
  if (sensors === undefined) return [name, { text: 'has not answered yet', style: 'yellow' }];
  const rest = { text: `; ${sensors} sensors run` };
  if (fault.text === undefined) return [name, { text: 'is healthy', style: 'green' }, rest];
  return [name, { text: fault.text, style: 'red' }, { text: ` for ${lasted(at - fault.since)}` }, rest];
}

function columnRows(scene: Scene, view: View, width: number): Line[] {
  const left = Math.floor((width - 3) / 2);
  const right = width - 3 - left;
  const server = scene.prometheus === undefined ? 'mini-tsdb' : 'Prometheus';
  const unguarded = targetRows(['unguarded', OWN_SD[server]], view.unguarded, view, left);
  const guarded = targetRows(['inventory-sd', 'file_sd, behind a guard'], view.guarded, view, right);
  const rows = Array.from({ length: COLUMN_ROWS }, (_, i) => [
    ...padded(unguarded[i] ?? [], left),
    { text: ' │ ', style: 'dim' } as const,
    ...(guarded[i] ?? []),
  ]);
  const rule = (cross: string) => line(`${'─'.repeat(left + 1)}${cross}${'─'.repeat(right + 1)}`, 'dim');
  return [rule('┬'), ...rows, rule('┴')];
}

const OWN_SD = { Prometheus: "Prometheus' own http_sd", 'mini-tsdb': 'http_sd as in Prometheus' } as const;

function targetRows(
  [name, means]: readonly [string, string],
  column: Column | undefined,
  { at }: View,
  width: number,
): Line[] {
  if (column === undefined) return [line(`${name}: …`, 'bold'), line(means, 'dim')];
  const style = STYLES[column.verdict.kind];
  const verdict = wrap(column.verdict.text, width, VERDICT_ROWS).map((text) => line(text, style));
  return [
    [
      { text: `${name}: `, style: 'bold' },
      { text: `${column.targets} targets`, style },
    ],
    line(means, 'dim'),
    ...verdict,
    line(since(column.since, at)),
    ...column.scraped.map(({ by, listed, up }) => line(`up: ${up} of ${listed} in ${by}`)),
  ];
}

function eventRows({ events }: View, room: number): Line[] {
  const shown = room > 0 ? events.slice(-room) : [];
  const rows: Line[] = shown.map(({ at, text }) => [{ text: `${clockTime(at)}  `, style: 'dim' }, { text }]);
  return [...rows, ...Array.from({ length: Math.max(0, room - rows.length) }, () => [])];
}

function belowRows(scene: Scene, view: View, width: number, room: number, isFree: boolean): Line[] {
  const block = (rows: Line[]): Line[] => (rows.length === 0 ? [] : [[], ...rows]);
  const held = block(holdRows(view, width, scene.keys && isFree));
  const addresses = block(addressRows(scene));
  const events = room - held.length - addresses.length - 1;
  return [...held, ...(held.length > 0 && events < LEAST_EVENTS ? [] : addresses), []];
}

function addressRows({ addresses, withoutPrometheus }: Scene): Line[] {
  return shownAddresses(addresses, withoutPrometheus).map(([name, url]) => [
    { text: name.padEnd(15), style: 'dim' },
    { text: url },
  ]);
}

function footer({ keys }: Scene, width: number, progress: string | undefined): Line[] {
  if (progress !== undefined) return [line(`${progress}   (q quits)`, 'bold')];
  if (!keys) return [line('no keyboard here: change the inventory by its admin API; Ctrl-C ends', 'bold')];
  return keyRows(width);
}

function keyRows(width: number): Line[] {
  const gap = { text: '   ' };
  const rows: Line[] = [];
  for (const [key, word] of KEY_WORDS) {
    const item: Line = [{ text: key, style: 'bold' }, { text: ` ${word}` }];
    const last = rows.at(-1);
    const joined = last === undefined ? item : [...last, gap, ...item];
    if (last === undefined || widthOf(joined) > width) rows.push(item);
    else rows[rows.length - 1] = joined;
  }
  return rows;
}

function since(from: number, now: number): string {
  return `since ${clockTime(from)} (${lasted(now - from)})`;
}
