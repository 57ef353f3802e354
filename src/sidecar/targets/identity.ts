// The same sensor under two identities: `host` and `host:port`, when the port is named on one side only.

import type { GuardState } from './guard-state.ts';
import { hostOf, idsOf, type Target } from './target.ts';

/**
 * Renames what the guard knows to the identities of an answer, one for one: a list read back from the file knows
 * `host:port` where the inventory says `host`. So a changed METRICS_PORT loses nothing.
 */
export function alignIdentities(state: GuardState, candidate: readonly Target[]): GuardState {
  if (candidate === state.listed) return state;
  const stood = idsOf(state.listed ?? []);
  const others = new Set([...state.gone.keys(), ...state.graced.map(({ target }) => target.id)]);
  const strangers = candidate.filter(({ id }) => !stood.has(id) && !others.has(id));
  if (strangers.length === 0) return state;
  const ids = idsOf(candidate);
  const unnamed = [...others.difference(ids), ...stood.difference(ids)];
  const names = pair(unnamed, strangers);
  return names.size === 0 ? state : rename(state, names);
}

// Old identity → new one.
function pair(unnamed: readonly string[], strangers: readonly Target[]): Map<string, string> {
  const names = new Map<string, string>();
  if (unnamed.length === 0 || strangers.length === 0) return names;
  const free = new Set(unnamed);
  const byHost = Map.groupBy(unnamed, hostOf);
  for (const [id, address] of new Map(strangers.map((target) => [target.id, target.address]))) {
    const old = id === hostOf(id) ? withPort(id, address) : hostOf(id);
    if (old === undefined || !free.delete(old)) continue;
    names.set(old, id);
  }
  return names;

  // The target with the same address is the best partner of several on one host, then one that stands: they come last.
  function withPort(host: string, address: string): string | undefined {
    if (free.has(address)) return address;
    const ports = byHost.get(host) ?? [];
    while (ports.length > 0) {
      const next = ports.pop();
      if (next !== undefined && free.has(next)) return next;
    }
    return undefined;
  }
}

function rename(state: GuardState, names: ReadonlyMap<string, string>): GuardState {
  const renamed = (id: string) => names.get(id) ?? id;
  const target = (old: Target) => (names.has(old.id) ? { ...old, id: renamed(old.id) } : old);
  const set = (ids: ReadonlySet<string>) => new Set([...ids].map(renamed));
  const { hold } = state;
  return {
    ...state,
    listed: state.listed?.map(target),
    gone: new Map([...state.gone].map(([id, gone]) => [renamed(id), gone])),
    graced: state.graced.map((graced) => ({ ...graced, target: target(graced.target) })),
    hold: hold && { ...hold, added: set(hold.added), unnamed: hold.unnamed && set(hold.unnamed) },
  };
}
