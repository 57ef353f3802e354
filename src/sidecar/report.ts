// What the log says of each pass: a repeated failure once when it begins, then rarely, and once when it ends.

import { formatAge } from '../lib/duration.ts';
import type { Logger } from '../lib/log.ts';
import { countTargets, describeTargets } from '../model/target-group.ts';
import { sayEntries } from './entries-report.ts';
import { createEpisode } from './episode.ts';
import { clockTime, type Facts } from './health.ts';
import { FetchError } from './inventory/fetch-error.ts';
import { type Failure, failureOf, type PassResult } from './status.ts';
import { howItEnds } from './targets/held-answer.ts';
import type { Published } from './targets/target-file.ts';
import { WriteError } from './targets/write-error.ts';

/** What the reporter reads after each pass. */
export type Seen = Pick<Facts, 'published' | 'hold' | 'account' | 'fileFailure' | 'now'>;

/** Makes the function that logs a pass. */
export function createReporter(log: Logger): (result: PassResult, seen: Seen) => void {
  const failing = createEpisode();
  const file = sayFile(log);
  const holding = createEpisode();
  const entries = sayEntries(log);

  return (result, seen) => {
    const trouble = result.kind === 'failed' ? troubleOf(result) : undefined;
    const failure = failing(trouble?.reason, trouble?.words ?? '', seen.now);
    if (failure.say === 'end') logRecovery(log, failure.lasted, seen);
    else if (failure.say !== undefined) logFailure(log, result as Failure, seen);

    file(result, seen);

    const hold = holding(seen.hold?.reason, seen.hold?.digest ?? '', seen.now);
    if (hold.say === 'end') logHoldEnd(log, result, hold.lasted);
    else if (hold.say !== undefined) logHold(log, seen);

    entries(seen.account, seen.now);
    logOutcome(log, result, seen);
  };
}

// A 401 after a 503 is other news, though both are counted as `status`; the words of a failed fetch count its tries.
function troubleOf({ reason, message, cause }: Failure): { reason: string; words: string } {
  if (cause instanceof FetchError) return { reason: `${reason} ${cause.status}`, words: '' };
  return { reason, words: message };
}

/** Makes the function that speaks of a file that cannot be written while the inventory fails too. */
function sayFile(log: Logger): (result: PassResult, seen: Seen) => void {
  const episode = createEpisode();
  return (result, seen) => {
    const failure = fileFailureBehind(result, seen);
    const { say, lasted } = episode(failure?.reason, failure?.message ?? '', seen.now);
    if (say === undefined) return;
    if (failure !== undefined) logFailure(log, failureOf(failure), seen);
    else if (seen.fileFailure === undefined)
      log.info({ lasted: formatAge(lasted) }, 'the list stands in the target file again');
  };
}

// A pass fails for one reason, and that of the inventory comes first.
function fileFailureBehind(result: PassResult, { fileFailure }: Seen): WriteError | undefined {
  return result.kind === 'failed' && result.reason !== 'write' ? fileFailure : undefined;
}

function logRecovery(log: Logger, lasted: number, { hold, published, now }: Seen): void {
  const fields = { lasted: formatAge(lasted) };
  if (hold === undefined) log.info(fields, 'poll succeeds again');
  else log.warn(fields, `poll succeeds again; ${hold.message}; ${whatStands(published, now.wall)}`);
}

function logFailure(log: Logger, failure: Failure, seen: Seen): void {
  const fields = { reason: failure.reason };
  // While another program writes the file, our list is kept, but not there.
  const isOurs = !(failure.cause instanceof WriteError && failure.cause.reason === 'another_writer');
  const message = isOurs
    ? `${failure.message}; ${whatStands(seen.published, seen.now.wall)}`
    : failure.message;
  if (failure.reason === 'internal') log.error({ ...fields, err: failure.cause }, message);
  else if (failure.reason === 'write') log.error(fields, message);
  else log.warn(fields, message);
}

function logHold(log: Logger, { hold, published, now }: Seen): void {
  if (hold === undefined) return;
  const fields = { reason: hold.reason, heldTargets: hold.targets, digest: hold.digest };
  log.warn(fields, `${hold.message}; ${whatStands(published, now.wall)}; ${howItEnds(hold)}`);
}

function logHoldEnd(log: Logger, result: PassResult, lasted: number): void {
  const fields = { lasted: formatAge(lasted) };
  if (result.kind === 'failed' || !result.isAccepted) log.info(fields, 'hold ended');
  else
    log.warn(
      fields,
      'hold ended: the list is believed because it stayed so; inventory-sd accept --undo takes it back',
    );
}

function logOutcome(log: Logger, result: PassResult, { published }: Seen): void {
  if (result.kind === 'unchanged') log.debug('list unchanged, nothing written');
  if (result.kind === 'failed') return;
  const { kind, added, removed, changed } = result;
  // While a list is held, its additions and labels are published.
  if (kind !== 'changed' && added + removed + changed === 0) return;
  const targets = countTargets(published?.groups ?? []);
  log.info({ targets, added, removed, changed }, 'target file written');
}

/** The end of every message about a pass that went wrong: what happens now. */
export function whatStands(published: Published | undefined, now: number): string {
  if (published === undefined) return 'no list stands yet, nothing is written';
  return `keeping the ${describeTargets(published.groups)} of ${clockTime(published.changedAt, now)}`;
}
