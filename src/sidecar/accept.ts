// A person decides: what is held is published, or the list before that once more.

import { AppError, messageOf } from '../lib/errors.ts';
import { parseTargetGroups, type TargetGroup } from '../model/target-group.ts';
import type { Moment } from './moment.ts';
import { adopt, type Inventory, type Outcome } from './sync.ts';
import { accept, removalOf } from './targets/guard.ts';
import { initialGuardState } from './targets/guard-state.ts';
import { dropBefore, readBefore } from './targets/state-file.ts';
import { targetsOfGroups } from './targets/target.ts';

/** Why nothing was accepted or undone; nothing has changed then. */
export const ACCEPT_REFUSALS = [
  'nothing_held',
  'too_many',
  'no_answer',
  'other_digest',
  'nothing_kept',
] as const;
export type AcceptRefusal = (typeof ACCEPT_REFUSALS)[number];

export class AcceptError extends AppError<AcceptRefusal> {}

/**
 * Publishes the newest answer although the guard holds it, also an empty one.
 * @param digest what the person saw; undefined: whatever is held now.
 * @throws AcceptError, or WriteError.
 */
export async function acceptHeld(
  inventory: Inventory,
  digest: string | undefined,
  now: Moment,
): Promise<Outcome> {
  const { guard, answer, limits } = inventory;
  const { hold } = guard;
  if (hold === undefined) throw new AcceptError('nothing_held', 'cannot accept: nothing is held');
  if (hold.reason === 'growth')
    throw new AcceptError(
      'too_many',
      `cannot accept: ${hold.message}; raise it, or let the inventory answer less`,
    );
  if (answer === undefined)
    throw new AcceptError(
      'no_answer',
      'cannot accept: the inventory has not answered since the start; see inventory-sd show',
    );
  const removal = removalOf(guard, answer.targets);
  if (digest !== undefined && digest !== removal.digest) {
    const newer = `by now ${removal.targets} targets would go, digest ${removal.digest}`;
    throw new AcceptError('other_digest', `cannot accept ${JSON.stringify(digest.slice(0, 64))}: ${newer}`);
  }
  return adopt(inventory, accept(guard, answer.targets, limits), now);
}

/**
 * Publishes the list before the last accepted hold once more; the next answer is judged against it.
 * @throws AcceptError, or WriteError.
 */
export async function undoAccept(inventory: Inventory, now: Moment): Promise<Outcome> {
  const text = await readBefore(inventory.stateFile);
  if (text === undefined)
    throw new AcceptError('nothing_kept', 'cannot undo: no list from before an accepted hold is kept');
  const listed = targetsOfGroups(groupsOf(text));
  const next = { ...initialGuardState(listed), clock: inventory.guard.clock };
  const outcome = await adopt(inventory, next, now, text);
  await dropBefore(inventory.stateFile);
  return outcome;
}

function groupsOf(text: string): TargetGroup[] {
  try {
    return parseTargetGroups(text);
  } catch (error) {
    throw new AcceptError('nothing_kept', `cannot undo: the list that is kept is none: ${messageOf(error)}`);
  }
}
