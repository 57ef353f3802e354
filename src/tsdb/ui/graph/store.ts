// The state of the page and the address as one: each step of a person is one of the browser's history.

import type { GraphState } from './state.ts';
import { readState, writeState } from './url-state.ts';

/** `step`: one goes back over it. `along`: it takes the place of what stood in the address. */
export type How = 'step' | 'along';

export interface GraphStore {
  readonly state: GraphState;
  change(changed: Partial<GraphState>, how: How): void;
  /** Calls after each change, also one by the browser's buttons. */
  subscribe(listener: (state: GraphState, before: GraphState) => void): void;
}

/** @param zone the one that is preferred: a link names the one it was made in. */
export function createStore(zone: string): GraphStore {
  const listeners: ((state: GraphState, before: GraphState) => void)[] = [];
  const read = () => {
    const found = readState(location.search);
    return { ...found, zone: found.zone ?? zone };
  };
  let state: GraphState = read();
  const become = (next: GraphState) => {
    const before = state;
    state = next;
    for (const listener of listeners) listener(state, before);
  };
  addEventListener('popstate', () => become(read()));
  return {
    get state() {
      return state;
    },
    change(changed, how) {
      const next = { ...state, ...changed };
      write(next, how);
      become(next);
    },
    subscribe: (listener) => void listeners.push(listener),
  };
}

function write(state: GraphState, how: How): void {
  const address = `?${writeState(state)}`;
  if (how === 'step' && address !== location.search) history.pushState(null, '', address);
  else history.replaceState(null, '', address);
}
