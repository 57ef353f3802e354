// What an accepted hold changed, so that a person can take exactly that back.

import { parseTargetGroups, type TargetGroup } from '../../model/target-group.ts';
import { groupTargets } from './groups.ts';
import type { GuardState } from './guard-state.ts';
import { type Target, targetsOfGroups } from './target.ts';

export interface Accepted {
  /** What it removed, as the target file had it. */
  readonly removed: readonly TargetGroup[];
  /** The addresses that it brought. */
  readonly added: readonly string[];
}

/** Compares the lists before and after, by address: labels follow the inventory in any case. */
export function acceptedBetween(before: readonly Target[], after: readonly Target[]): Accepted {
  const [stood, stands] = [addressesOf(before), addressesOf(after)];
  const removed = before.filter(({ address }) => !stands.has(address));
  return { removed: groupTargets(removed), added: [...stands.difference(stood)] };
}

/** Takes it back: what it removed stands again, what it brought goes, and what came since stays. No hold runs then. */
export function undoAccepted(state: GuardState, { removed, added }: Accepted): GuardState {
  const brought = new Set(added);
  const kept = (state.listed ?? []).filter(({ address }) => !brought.has(address));
  const stands = addressesOf(kept);
  const back = targetsOfGroups(removed).filter(({ address }) => !stands.has(address));
  const returns = addressesOf(back);
  return {
    ...state,
    listed: [...kept, ...back],
    gone: new Map([...state.gone].filter(([, { address }]) => !returns.has(address))),
    graced: state.graced.filter(({ target }) => !returns.has(target.address)),
    hold: undefined,
    waiting: 0,
    isAccepted: false,
  };
}

/** @throws Error when the text is not the JSON of one. */
export function readAccepted(text: string): Accepted {
  const { removed, added } = JSON.parse(text) as Partial<Record<keyof Accepted, unknown>>;
  if (!Array.isArray(added) || !added.every((address) => typeof address === 'string'))
    throw new Error('it does not say what was added');
  return { removed: parseTargetGroups(JSON.stringify(removed)), added };
}

function addressesOf(targets: readonly Target[]): Set<string> {
  return new Set(targets.map(({ address }) => address));
}
