// The bar above the picture: chart or table, samples or averages, how often it is asked again, and the way out as CSV.

import { element } from '../kit/element.ts';
import { createChoices } from './choices.ts';
import { createSaveButton } from './save-button.ts';
import {
  GRANULARITIES,
  type Granularity,
  type GraphState,
  REFRESHES,
  type Refresh,
  TABS,
  type Tab,
} from './state.ts';

export interface ViewBar {
  readonly element: HTMLElement;
  show(state: GraphState): void;
  /** Whether there is anything to export. */
  filled(isFilled: boolean): void;
}

interface ViewBarEvents {
  readonly tabbed: (tab: Tab) => void;
  readonly grained: (granularity: Granularity) => void;
  readonly refreshed: (refresh: Refresh) => void;
  /** @returns what to say of it. */
  readonly exported: () => Promise<string>;
}

const TITLES: Readonly<Record<Tab, string>> = { chart: 'Chart', table: 'Table' };

export function createViewBar({ tabbed, grained, refreshed, exported }: ViewBarEvents): ViewBar {
  const tabs = createChoices('View', TABS, tabbed, (tab) => TITLES[tab]);
  const grains = createChoices('Granularity', GRANULARITIES, grained);
  const options = REFRESHES.map((refresh) => element('option', { value: refresh }, refresh));
  const refresh = element('select', {}, ...options);
  refresh.addEventListener('change', () => refreshed(refresh.value as Refresh));
  const save = createSaveButton(exported);
  const right = element(
    'div',
    { class: 'toolbar' },
    element('label', {}, 'Refresh ', refresh),
    ...save.elements,
  );
  return {
    element: element('div', { class: 'view-bar' }, tabs.element, grains.element, right),
    show({ tab, granularity, refresh: chosen, range }) {
      tabs.show(tab);
      grains.show(granularity);
      grains.element.hidden = tab === 'table';
      refresh.value = chosen;
      refresh.disabled = range.kind === 'between';
      refresh.title = refresh.disabled ? 'Only a time until now goes on.' : '';
    },
    filled: save.filled,
  };
}
