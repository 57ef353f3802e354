// What all pages have in common: the bar with the links, and the place for what is theirs.

import { element } from './element.ts';

const PAGES = { targets: 'Targets', graph: 'Graph', status: 'Status' } as const;

export type PageName = keyof typeof PAGES;

/** Shows the bar. @returns where the page goes. */
export function showShell(current: PageName): HTMLElement {
  const links = Object.entries(PAGES).map(([name, title]) =>
    element('a', { href: name, 'aria-current': name === current ? 'page' : undefined }, title),
  );
  const main = element('main', { id: 'main' });
  const skip = element('a', { href: '#main', class: 'skip' }, 'Skip to content');
  document.body.prepend(
    skip,
    element('header', {}, element('nav', { 'aria-label': 'Pages' }, ...links)),
    main,
  );
  return main;
}
