// What the log says of each pass: a repeated failure once when it begins, then rarely, and once when it ends.

import { formatAge } from '../lib/duration.ts';
import type { Logger } from '../lib/log.ts';
import { countTargets } from '../model/target-group.ts';
import { clockTime } from './health.ts';
import { FetchError } from './inventory/request.ts';
import type { Failure, Moment, PassResult } from './status.ts';
import { describeHold, type Hold } from './targets/guard.ts';
import type { Published } from './targets/target-file.ts';

const REPEAT_MS = 600_000;

/** What to say of a state that lasts over many passes, and how long it has lasted (ms). */
interface Remark {
  readonly say: 'begin' | 'again' | 'end' | undefined;
  readonly lasted: number;
}

/** Makes the function that follows one state: it speaks when it begins, changes its reason, after ten minutes, and at the end. */
function createEpisode(): (reason: string | undefined, now: Moment) => Remark {
  let current: { readonly reason: string; readonly began: number; readonly said: number } | undefined;
  return (reason, { mono }) => {
    const before = current;
    const lasted = mono - (before?.began ?? mono);
    if (reason === undefined) {
      current = undefined;
      return { say: before && 'end', lasted };
    }
    if (reason === before?.reason && mono - before.said < REPEAT_MS) return { say: undefined, lasted };
    current = { reason, began: before?.began ?? mono, said: mono };
    return { say: before === undefined ? 'begin' : 'again', lasted };
  };
}

/** What the reporter reads after each pass. */
export interface Seen {
  readonly published: Published | undefined;
  readonly hold: Hold | undefined;
  readonly now: Moment;
}

/** Makes the function that logs a pass. */
export function createReporter(log: Logger): (result: PassResult, seen: Seen) => void {
  const failing = createEpisode();
  const holding = createEpisode();

  return (result, seen) => {
    const failure = failing(result.kind === 'failed' ? troubleOf(result) : undefined, seen.now);
    if (failure.say === 'end') log.info({ lasted: formatAge(failure.lasted) }, 'poll succeeds again');
    else if (failure.say !== undefined) logFailure(log, result as Failure, seen);

    const hold = holding(seen.hold?.reason, seen.now);
    if (hold.say === 'end') log.info({ lasted: formatAge(hold.lasted) }, 'hold ended');
    else if (hold.say !== undefined) logHold(log, seen);

    logOutcome(log, result, seen);
  };
}

// A 401 after a 503 is other news, though both are counted as `status`.
function troubleOf({ reason, cause }: Failure): string {
  return cause instanceof FetchError ? `${reason} ${cause.status}` : reason;
}

function logFailure(log: Logger, failure: Failure, seen: Seen): void {
  const fields = { reason: failure.reason };
  const message = `${failure.message}; ${whatStands(seen.published, seen.now.wall)}`;
  if (failure.reason === 'internal') log.error({ ...fields, err: failure.cause }, message);
  else if (failure.reason === 'write') log.error(fields, message);
  else log.warn(fields, message);
}

function logHold(log: Logger, { hold, published, now }: Seen): void {
  if (hold === undefined) return;
  const fields = { reason: hold.reason, heldTargets: hold.targets };
  log.warn(fields, `${describeHold(hold)}; ${whatStands(published, now.wall)}`);
}

function logOutcome(log: Logger, result: PassResult, { published }: Seen): void {
  if (result.kind === 'unchanged') log.debug('list unchanged, nothing written');
  if (result.kind !== 'changed') return;
  const { added, removed } = result;
  log.info({ targets: countTargets(published?.groups ?? []), added, removed }, 'target file written');
}

/** The end of every message about a pass that went wrong: what happens now. */
export function whatStands(published: Published | undefined, now: number): string {
  if (published === undefined) return 'no list stands yet, nothing is written';
  return `keeping the ${countTargets(published.groups)} targets of ${clockTime(published.changedAt, now)}`;
}
