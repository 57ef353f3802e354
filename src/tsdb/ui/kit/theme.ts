// Light, dark, or as the system is: the choice, and the colours in force for what draws by itself.

import { createSetting, type Setting } from './setting.ts';

export interface Theme {
  readonly choice: Setting<'system' | 'light' | 'dark'>;
  /** Calls when other colours are in force, by choice or by the system. */
  subscribe(listener: () => void): void;
}

/** Applies the choice to the document, now and whenever it changes. */
export function applyTheme(): Theme {
  const choice = createSetting('mini-tsdb.theme', ['system', 'light', 'dark']);
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  const apply = () => {
    document.documentElement.dataset.theme = choice.value;
    tell();
  };
  apply();
  choice.subscribe(apply);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', tell);
  return { choice, subscribe: (listener) => void listeners.add(listener) };
}

/** The colour in force of a custom property such as `--accent`, as `rgb(…)`, for a canvas. */
export function colorOf(property: `--${string}`): string {
  const probe = document.createElement('i');
  probe.hidden = true;
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
