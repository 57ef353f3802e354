// Times that tell how long ago they were, and go on telling.

import { element } from './element.ts';
import { serverNow } from './server-clock.ts';
import { formatAgo, formatExact, formatTime } from './time-format.ts';
import type { Zone } from './zone.ts';

const TICK_MS = 1000;
const CLASS = 'ago';

/** Keeps all of them right, for as long as the page lives. */
export function startAgo(zone: Zone): void {
  const all = () => document.querySelectorAll<HTMLTimeElement>(`time.${CLASS}`);
  setInterval(() => {
    if (document.visibilityState === 'visible') for (const time of all()) tell(time);
  }, TICK_MS);
  zone.subscribe(() => {
    for (const time of all()) tellExactly(time, zone);
  });
}

/** @param time Unix milliseconds. */
export function ago(time: number, zone: Zone): HTMLTimeElement {
  const made = element('time', { class: CLASS });
  setAgo(made, time, zone);
  return made;
}

/** `12:03:11 (4m 12s ago)`. */
export function since(time: number, zone: Zone): HTMLElement {
  const clock = formatTime(time, zone.name, serverNow());
  return element('span', {}, `${clock} (`, ago(time, zone), ')');
}

/** Gives it another time. */
export function setAgo(element: HTMLTimeElement, time: number, zone: Zone): void {
  const text = new Date(time).toISOString();
  if (element.dateTime === text) return;
  element.dateTime = text;
  tellExactly(element, zone);
  tell(element);
}

function tell(element: HTMLTimeElement): void {
  const words = formatAgo(Date.parse(element.dateTime), serverNow());
  if (element.textContent !== words) element.textContent = words;
}

function tellExactly(element: HTMLTimeElement, { name }: Zone): void {
  element.title = formatExact(Date.parse(element.dateTime), name);
}
