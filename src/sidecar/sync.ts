// One pass: inventory → sensors → groups → guard → target file. Every pass is judged and the file looked at.

import { AppError } from '../lib/errors.ts';
import { type TargetGroup, writeTargetGroups } from '../model/target-group.ts';
import { fetchInventory, type InventoryRequest, publicUrl, type Validators } from './inventory/request.ts';
import { readSensors } from './sensors/answer.ts';
import { type Changes, countChanges } from './targets/changes.ts';
import { buildTargetGroups, type TargetDefaults } from './targets/groups.ts';
import { guard, type Hold } from './targets/guard.ts';
import { type Published, stillStands, type WriteFailure, writeTargetFile } from './targets/target-file.ts';

/** Told of every write of the target file, for the metrics. */
export interface FileObserver {
  written(): void;
  restored(): void;
  writeFailed(reason: WriteFailure): void;
}

/** What one sidecar knows of its inventory and its file; only `sync` changes it. */
export interface Inventory {
  readonly request: InventoryRequest;
  readonly defaults: TargetDefaults;
  readonly targetFile: string;
  readonly observer: FileObserver;
  /** The newest good answer and what tells it from the next one. */
  answer: { readonly validators: Validators; readonly groups: readonly TargetGroup[] } | undefined;
  /** The list that stands in the file; undefined until one does. */
  published: Published | undefined;
  hold: Hold | undefined;
}

export interface Outcome extends Changes {
  readonly kind: 'changed' | 'unchanged' | 'held';
}

/**
 * Makes one pass.
 * @param now Unix milliseconds.
 * @throws AppError when the answer cannot be had, read or written; what stands in the file then stays.
 */
export async function sync(inventory: Inventory, now: number, signal: AbortSignal): Promise<Outcome> {
  const candidate = await readCandidate(inventory, signal).catch(async (error: unknown) => {
    // Whatever the inventory does, a list that stands keeps standing.
    if (!signal.aborted) await publish(inventory, inventory.published?.groups);
    throw error;
  });
  const verdict = guard(inventory.published?.groups, candidate, inventory.hold, now);
  inventory.hold = verdict.hold;
  const changes = await publish(inventory, verdict.groups);
  if (verdict.hold !== undefined) return { kind: 'held', added: 0, removed: 0 };
  return changes === undefined
    ? { kind: 'unchanged', added: 0, removed: 0 }
    : { kind: 'changed', ...changes };
}

async function readCandidate(inventory: Inventory, signal: AbortSignal): Promise<readonly TargetGroup[]> {
  const answer = await fetchInventory(inventory.request, inventory.answer?.validators, signal);
  if (!answer.same) {
    const sensors = readSensors(answer.body, publicUrl(inventory.request.url));
    const groups = buildTargetGroups(sensors, inventory.defaults);
    inventory.answer = { validators: answer.validators, groups };
  }
  return inventory.answer?.groups ?? [];
}

// Returns what changed, or undefined when the list stood already (or was put back).
async function publish(
  inventory: Inventory,
  groups: readonly TargetGroup[] | undefined,
): Promise<Changes | undefined> {
  const before = inventory.published;
  if (groups === undefined) return undefined;
  const text = groups === before?.groups ? before.text : writeTargetGroups(groups);
  if (before === undefined || text !== before.text) {
    await write(inventory, groups, text);
    return countChanges(before?.groups ?? [], groups);
  }
  const standing = await stillStands(inventory.targetFile, before);
  if (standing === undefined) {
    await write(inventory, groups, text);
    inventory.observer.restored();
  } else {
    inventory.published = { ...standing, groups };
  }
  return undefined;
}

async function write(inventory: Inventory, groups: readonly TargetGroup[], text: string): Promise<void> {
  try {
    inventory.published = await writeTargetFile(inventory.targetFile, groups, text);
    inventory.observer.written();
  } catch (error) {
    if (error instanceof AppError) inventory.observer.writeFailed(error.reason as WriteFailure);
    throw error;
  }
}
