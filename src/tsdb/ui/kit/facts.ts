// Names and values: a list of facts.

import { element } from './element.ts';

export type Content = readonly (Node | string)[];
export type Fact = readonly [name: string, ...value: Content];

/** Below each other, names in one column. */
export function factList(facts: readonly Fact[]): HTMLElement {
  return list('facts', facts);
}

/** Beside each other, each below its name. */
export function factRow(facts: readonly Fact[]): HTMLElement {
  return list('facts wide', facts);
}

function list(names: string, facts: readonly Fact[]): HTMLElement {
  const pairs = facts.map(([name, ...value]) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, ...value)),
  );
  return element('dl', { class: names }, ...pairs);
}
