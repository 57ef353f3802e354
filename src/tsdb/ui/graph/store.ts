// The state of the page and the address as one: each step of a person is one of the browser's history.

import type { GraphState } from './state.ts';
import { type Link, type LinkFault, readLink, writeState } from './url-state.ts';

/** `step`: one goes back over it. `along`: it takes the place of what stood in the address. */
export type How = 'step' | 'along';

export interface GraphStore {
  readonly state: GraphState;
  /** Of the address in force; a change writes one without. */
  readonly faults: readonly LinkFault[];
  change(changed: Partial<GraphState>, how: How): void;
  /** Calls after each change, also one by the browser's buttons. */
  subscribe(listener: (state: GraphState, before: GraphState) => void): void;
}

/** @param zone the one that is preferred: a link names the one it was made in. */
export function createStore(zone: string): GraphStore {
  const listeners: ((state: GraphState, before: GraphState) => void)[] = [];
  const read = (): Link => {
    const { state, faults } = readLink(location.search);
    return { state: { ...state, zone: state.zone ?? zone }, faults };
  };
  let link = read();
  const become = (next: Link) => {
    const before = link.state;
    link = next;
    for (const listener of listeners) listener(link.state, before);
  };
  addEventListener('popstate', () => become(read()));
  return {
    get state() {
      return link.state;
    },
    get faults() {
      return link.faults;
    },
    change(changed, how) {
      const state = { ...link.state, ...changed };
      write(state, how);
      become({ state, faults: [] });
    },
    subscribe: (listener) => void listeners.push(listener),
  };
}

function write(state: GraphState, how: How): void {
  const address = `?${writeState(state)}`;
  if (how === 'step' && address !== location.search) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}
