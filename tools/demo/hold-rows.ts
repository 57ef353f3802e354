// What the screen says of a held list: what is held and why, how it ends, and what Prometheus alerts on.

import type { SeenAlert } from './alerts.ts';
import { type Line, type Style, wrap } from './spans.ts';
import { clockTime, lasted } from './time-words.ts';
import type { Held, View } from './view.ts';

const LABEL = 7;
const MOST_ROWS = 3;

/** No rows while nothing is held and no alert is active. @param hasKeys the key `a` works. */
export function holdRows({ held, alerts, at }: View, width: number, hasKeys: boolean): Line[] {
  const rows = (label: string, text: string, style?: Style) => labelled(label, text, width, style);
  return [
    ...(held === undefined
      ? []
      : [...rows('held', whatIsHeld(held), 'yellow'), ...rows('ends', howItEnds(held, hasKeys))]),
    ...(alerts.length === 0 ? [] : rows('alert', alertWords(alerts, at), alertStyle(alerts))),
  ];
}

function labelled(label: string, text: string, width: number, style: Style | undefined): Line[] {
  return wrap(text, width - LABEL, MOST_ROWS).map((part, i) => [
    { text: (i === 0 ? label : '').padEnd(LABEL), style: 'dim' },
    { text: part, style },
  ]);
}

function whatIsHeld({ targets, whole, since, message }: Held): string {
  const what = whole ? 'the whole answer' : `the removal of ${targets} targets`;
  return `${what} since ${clockTime(Date.parse(since))}: ${message}`;
}

function howItEnds({ reason, digest, believedInSeconds }: Held, hasKeys: boolean): string {
  if (reason === 'growth') return 'by a smaller answer or a higher MAX_TARGETS';
  const command = `inventory-sd accept ${digest}`;
  const byHand = hasKeys ? `key a (${command})` : command;
  if (believedInSeconds === null) return `by a full list or ${byHand}`;
  return `by a full list, ${byHand}, or in ${lasted(believedInSeconds * 1000)}`;
}

function alertWords(alerts: readonly SeenAlert[], at: number): string {
  return alerts
    .map(({ name, state, since }) => `${name} ${state}, active for ${lasted(at - since)}`)
    .join('; ');
}

function alertStyle(alerts: readonly SeenAlert[]): Style {
  return alerts.some(({ state }) => state === 'firing') ? 'red' : 'yellow';
}
