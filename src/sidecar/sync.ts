// One pass: inventory → sensors → targets → guard → target file. Every pass is judged and the file looked at.

import { messageOf } from '../lib/errors.ts';
import type { TargetGroup } from '../model/target-group.ts';
import { fetchInventory, type InventoryRequest } from './inventory/request.ts';
import type { Validators } from './inventory/validators.ts';
import type { Clock, Moment } from './moment.ts';
import { type Account, describeRemainder } from './sensors/account.ts';
import type { Mapping } from './sensors/mapping.ts';
import { readSensors } from './sensors/reading.ts';
import { acceptedBetween } from './targets/accepted.ts';
import { type Changes, NO_CHANGES } from './targets/changes.ts';
import { groupTargets } from './targets/groups.ts';
import { judge } from './targets/guard.ts';
import { type GuardState, standingTargets } from './targets/guard-state.ts';
import type { Limits } from './targets/limits.ts';
import { publish, type TargetFile } from './targets/publish.ts';
import { isDue, keepBefore, type StateFile, writeState } from './targets/state-file.ts';
import { type Target, type TargetDefaults, targetsOf } from './targets/target.ts';
import { WriteError } from './targets/write-error.ts';

/** Where the list comes from. */
export interface InventorySource {
  readonly request: InventoryRequest;
  readonly mapping: Mapping;
  readonly defaults: TargetDefaults;
  /** How many entries that are no target are kept in words; default: KEPT_ENTRIES. */
  readonly keptEntries?: number;
  /** The newest readable answer and what tells it from the next one. */
  answer: Answer | undefined;
}

/** What one sidecar knows of its inventory and its file; only `sync` and `accept` change it. */
export interface Inventory extends InventorySource {
  readonly limits: Limits;
  readonly file: TargetFile;
  readonly stateFile: StateFile;
  /** Told what could not be kept for the next start. */
  warn(message: string): void;
  /** Told the targets of every good answer. */
  watch(targets: readonly Target[]): void;
  guard: GuardState;
  /** When the guard last judged a good answer; after a restart only the wall time of its state is known. */
  judgedAt: Partial<Moment>;
  /** The groups that were made of the targets that stand. */
  grouped: { readonly targets: readonly Target[]; readonly groups: readonly TargetGroup[] } | undefined;
}

interface Answer extends Candidate {
  readonly validators: Validators;
}

/** The list that an answer would make, and what became of each of its entries. */
interface Candidate {
  readonly targets: readonly Target[];
  readonly account: Account;
}

export interface Outcome extends Changes {
  readonly kind: 'changed' | 'unchanged' | 'held';
  /** A hold ended because it lasted, or because a person said so. */
  readonly isAccepted?: true;
}

/**
 * Makes one pass.
 * @throws AppError when the answer cannot be had, read or written; what stands in the file then stays.
 */
export async function sync(inventory: Inventory, clock: Clock, signal: AbortSignal): Promise<Outcome> {
  const candidate = await readCandidate(inventory, signal).catch(async (error: unknown) => {
    if (!signal.aborted) await keepStanding(inventory.file);
    throw error;
  });
  inventory.watch(candidate.targets);
  const now = clock();
  const next = judgeAnswer(inventory, candidate, now);
  const outcome = await adopt(inventory, next, now);
  // An answer that could not be judged neither counts nor resets.
  if (next.hold === undefined || next.hold.reason === 'shrink') inventory.judgedAt = now;
  return outcome;
}

/** What the guard makes of an answer now; nothing is changed by it. */
export function judgeAnswer(inventory: Inventory, { targets, account }: Candidate, now: Moment): GuardState {
  const { guard, limits } = inventory;
  const at = { wall: now.wall, elapsed: elapsed(inventory, now), whyNone: describeRemainder(account) };
  return judge(guard, targets, limits, at);
}

/**
 * Makes the file and the state what the guard decided.
 * @param stoodBefore the text of a list that stood once and comes back.
 * @throws WriteError; guard, file and state then stay as they were.
 */
export async function adopt(
  inventory: Inventory,
  next: GuardState,
  now: Moment,
  stoodBefore?: string,
): Promise<Outcome> {
  const { guard: before, file } = inventory;
  const targets = standingTargets(next);
  const isFirst =
    stoodBefore !== undefined ||
    removesAny(before.listed, next.listed) ||
    removesAny(standingTargets(before), targets) ||
    addedWhileHeld(before) !== addedWhileHeld(next);
  if (isFirst) await saveFirst(inventory, next, now);
  const options = { empty: isEmptyList(next), stoodBefore, isWhole: next.hold === undefined };
  const changes = targets && (await publish(file, groupsOf(inventory, targets), options));
  inventory.guard = next;
  if (!isFirst) await saveIfDue(inventory, before, now);
  return outcomeOf(next, changes);
}

// After a crash between state and list, what the file lists no more must be known as gone, and what a hold let in must
// not be taken for what stood before it.
async function saveFirst(
  { guard, file, stateFile }: Inventory,
  next: GuardState,
  now: Moment,
): Promise<void> {
  try {
    // What is accepted may stay in the file for its grace: it goes from the list now.
    if (next.isAccepted && removesAny(guard.listed, next.listed))
      await keepBefore(stateFile, acceptedBetween(guard.listed ?? [], next.listed ?? []));
    await writeState(stateFile, next, now);
  } catch (error) {
    // To whoever watches, it is the list that could not be written.
    if (error instanceof WriteError) file.observer.writeFailed(error.reason);
    await keepStanding(file);
    throw error;
  }
}

// Without its state the guard is only less patient after a restart: nothing that must stop a pass.
async function saveIfDue(
  { guard, stateFile, warn }: Inventory,
  before: GuardState,
  now: Moment,
): Promise<void> {
  const beganOrEnded = (before.hold === undefined) !== (guard.hold === undefined);
  // The state alone tells an empty list that was let through from one that another program wrote.
  const isOtherEmpty = isEmptyList(before) !== isEmptyList(guard);
  if (!beganOrEnded && !isOtherEmpty && !isDue(stateFile, guard, now)) return;
  await writeState(stateFile, guard, now).catch((error: unknown) => warn(messageOf(error)));
}

function outcomeOf({ hold, isAccepted }: GuardState, changes: Changes | undefined): Outcome {
  const kind = hold === undefined ? (changes === undefined ? 'unchanged' : 'changed') : 'held';
  return { kind, ...(changes ?? NO_CHANGES), ...(isAccepted && { isAccepted }) };
}

// Whatever the inventory does, a list that stands keeps standing. A write that fails now is no reason of the pass: the
// file keeps it.
async function keepStanding(file: TargetFile): Promise<void> {
  if (file.published) await publish(file, file.published.groups).catch(() => {});
}

function elapsed({ judgedAt: { mono, wall } }: Inventory, now: Moment): number {
  if (mono !== undefined) return now.mono - mono;
  return wall === undefined ? 0 : now.wall - wall;
}

function addedWhileHeld({ hold }: GuardState): number {
  return hold?.added.size ?? 0;
}

function isEmptyList({ listed }: GuardState): boolean {
  return listed?.length === 0;
}

function removesAny(before: readonly Target[] = [], after: readonly Target[] = []): boolean {
  if (before === after) return false;
  const stands = new Set(after.map(({ address }) => address));
  return before.some(({ address }) => !stands.has(address));
}

function groupsOf(inventory: Inventory, targets: readonly Target[]): readonly TargetGroup[] {
  if (inventory.grouped?.targets !== targets) inventory.grouped = { targets, groups: groupTargets(targets) };
  return inventory.grouped.groups;
}

/**
 * Asks the inventory for its list.
 * @throws AppError when the answer cannot be had or read.
 */
export async function readCandidate(inventory: InventorySource, signal: AbortSignal): Promise<Candidate> {
  const known = inventory.answer;
  const { entries, validators } = await fetchInventory(inventory.request, known?.validators, signal);
  const candidate = entries === undefined && known !== undefined ? known : read(entries ?? [], inventory);
  inventory.answer = { ...candidate, validators };
  return candidate;
}

function read(entries: readonly unknown[], { mapping, defaults, keptEntries }: InventorySource): Candidate {
  const { sensors, ...account } = readSensors(entries, mapping, keptEntries);
  const targets = targetsOf(sensors, defaults);
  return { targets, account: { ...account, duplicates: sensors.length - targets.length } };
}
