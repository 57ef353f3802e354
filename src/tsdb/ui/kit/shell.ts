// What all pages have in common: the bar with the links and toggles, the banner, and the place for what is theirs.

import { Connection } from './connection.ts';
import { element } from './element.ts';
import { applyTheme, type Theme } from './theme.ts';
import { themeToggle, zoneToggle } from './toggles.ts';
import { createZone, type Zone } from './zone.ts';

const PAGES = { targets: 'Targets', graph: 'Graph', status: 'Status' } as const;

export type PageName = keyof typeof PAGES;

export interface Shell {
  /** Where the page goes, below its heading, which is heard only. */
  readonly main: HTMLElement;
  readonly theme: Theme;
  readonly zone: Zone;
  readonly connection: Connection;
}

/** Shows the bar. */
export function showShell(current: PageName): Shell {
  const theme = applyTheme();
  const zone = createZone();
  const main = element('main', { id: 'main', tabindex: '-1' }, heading(current));
  const connection = new Connection(zone, main);
  document.body.prepend(
    element('a', { href: '#main', class: 'skip' }, 'Skip to content'),
    element(
      'header',
      { class: 'bar' },
      element('span', { class: 'brand' }, 'mini-tsdb'),
      element('nav', { 'aria-label': 'Pages' }, ...links(current)),
      element('div', { class: 'tools' }, zoneToggle(zone), themeToggle(theme)),
    ),
    connection.element,
    main,
  );
  return { main, theme, zone, connection };
}

function heading(current: PageName): HTMLElement {
  return element('h1', { class: 'heard' }, PAGES[current]);
}

function links(current: PageName): HTMLElement[] {
  return Object.entries(PAGES).map(([name, title]) =>
    element('a', { href: name, 'aria-current': name === current ? 'page' : undefined }, title),
  );
}
