// A state: a drawing, a word, and only then a colour.

import { element } from './element.ts';
import { type IconName, icon } from './icon.ts';

export type Tone = 'good' | 'bad' | 'warn' | 'unknown';

const ICONS: Readonly<Record<Tone, IconName>> = {
  good: 'up',
  bad: 'down',
  warn: 'warning',
  unknown: 'unknown',
};

export function stateMark(tone: Tone, words: string): HTMLElement {
  return element('span', { class: `state ${tone}` }, icon(ICONS[tone]), words);
}
