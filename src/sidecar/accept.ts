// A person decides: what is held is published, or the list before that once more.

import { AppError, messageOf } from '../lib/errors.ts';
import { describeCount, writeTargetGroups } from '../model/target-group.ts';
import type { Moment } from './moment.ts';
import { adopt, type Inventory, type Outcome } from './sync.ts';
import { type Accepted, readAccepted, undoAccepted } from './targets/accepted.ts';
import { accept, removalOf } from './targets/guard.ts';
import { dropBefore, readBefore } from './targets/state-file.ts';

/** Why nothing was accepted or undone; nothing has changed then. */
export const ACCEPT_REFUSALS = [
  'nothing_held',
  'too_many',
  'no_answer',
  'no_digest',
  'other_digest',
  'nothing_kept',
] as const;
export type AcceptRefusal = (typeof ACCEPT_REFUSALS)[number];

export class AcceptError extends AppError<AcceptRefusal> {}

/**
 * Publishes the newest answer although the guard holds it, also an empty one.
 * @param digest what the person saw; undefined: whatever is held now, unless it is an answer as a whole.
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
  // Of so much nobody can say which answer was looked at, but by its digest.
  if (digest === undefined && hold.isWhole)
    throw new AcceptError(
      'no_digest',
      `cannot accept a whole answer without its digest: ${describeCount(removal.targets)} would go; look at it, then type inventory-sd accept ${removal.digest}`,
    );
  if (digest !== undefined && digest !== removal.digest) {
    const newer = `by now ${describeCount(removal.targets)} would go, digest ${removal.digest}`;
    throw new AcceptError('other_digest', `cannot accept ${JSON.stringify(digest.slice(0, 64))}: ${newer}`);
  }
  return adopt(inventory, accept(guard, answer.targets, limits), now);
}

/**
 * Takes the last accepted hold back: what it removed stands again, and what came since stays; the next answer is judged
 * against that.
 * @throws AcceptError, or WriteError.
 */
export async function undoAccept(inventory: Inventory, now: Moment): Promise<Outcome> {
  const { guard, file, stateFile } = inventory;
  const text = await readBefore(stateFile);
  if (text === undefined)
    throw new AcceptError('nothing_kept', 'cannot undo: nothing is kept of an accepted hold');
  const accepted = acceptedOf(text);
  // Oddities of another writer that stood before may come back too.
  const stood = writeTargetGroups([...(file.published?.groups ?? []), ...accepted.removed]);
  const outcome = await adopt(inventory, undoAccepted(guard, accepted), now, stood);
  await dropBefore(stateFile);
  return outcome;
}

function acceptedOf(text: string): Accepted {
  try {
    return readAccepted(text);
  } catch (error) {
    throw new AcceptError('nothing_kept', `cannot undo: what is kept cannot be read: ${messageOf(error)}`);
  }
}
