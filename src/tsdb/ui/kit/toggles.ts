// The two buttons of the bar: the theme, and the time zone.

import { element } from './element.ts';
import { icon } from './icon.ts';
import type { Setting } from './setting.ts';
import type { Theme } from './theme.ts';
import { localZone, type Zone } from './zone.ts';

/** A button that goes through the choices. */
export function themeToggle({ choice }: Theme): HTMLButtonElement {
  return toggle(choice, (button, value, next) => {
    label(button, `Theme: ${value}. Change to ${next}.`);
    button.replaceChildren(icon(value));
  });
}

export function zoneToggle({ choice }: Zone): HTMLButtonElement {
  return toggle(choice, (button, value) => {
    const [now, other] = value === 'utc' ? ['UTC', 'local'] : ['Local', 'UTC'];
    label(button, `${now} time${value === 'utc' ? '' : ` (${localZone()})`}. Change to ${other}.`);
    button.replaceChildren(now);
  });
}

function label(button: HTMLButtonElement, words: string): void {
  button.setAttribute('aria-label', words);
  button.title = words;
}

function toggle<Choice extends string>(
  setting: Setting<Choice>,
  show: (button: HTMLButtonElement, value: Choice, next: Choice) => void,
): HTMLButtonElement {
  const button = element('button', { type: 'button', class: 'quiet' });
  const next = () => {
    const { choices, value } = setting;
    return choices[(choices.indexOf(value) + 1) % choices.length] as Choice;
  };
  const update = () => show(button, setting.value, next());
  button.addEventListener('click', () => setting.set(next()));
  setting.subscribe(update);
  update();
  return button;
}
