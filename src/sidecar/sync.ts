// One pass: inventory → sensors → groups → guard → target file. Every pass is judged and the file looked at.

import { publicUrl } from '../lib/public-url.ts';
import { type TargetGroup, writeTargetGroups } from '../model/target-group.ts';
import { fetchInventory, type InventoryRequest, type Validators } from './inventory/request.ts';
import { readSensors } from './sensors/answer.ts';
import { type Changes, countChanges } from './targets/changes.ts';
import { buildTargetGroups, type TargetDefaults } from './targets/groups.ts';
import { guard, type Hold } from './targets/guard.ts';
import {
  type Published,
  stillStands,
  WriteError,
  type WriteFailure,
  writeTargetFile,
} from './targets/target-file.ts';

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

const NO_CHANGES: Changes = { added: 0, removed: 0 };

/**
 * Makes one pass.
 * @param now Unix milliseconds.
 * @throws AppError when the answer cannot be had, read or written; what stands in the file then stays.
 */
export async function sync(inventory: Inventory, now: number, signal: AbortSignal): Promise<Outcome> {
  const candidate = await readCandidate(inventory, signal).catch(async (error: unknown) => {
    // Whatever the inventory does, a list that stands keeps standing. A write that fails now is counted; the
    // operator's trouble is the inventory.
    if (!signal.aborted) await publish(inventory, inventory.published?.groups).catch(() => {});
    throw error;
  });
  const verdict = guard(inventory.published?.groups, candidate, inventory.hold, now);
  inventory.hold = verdict.hold;
  const changes = await publish(inventory, verdict.groups);
  const kind = verdict.hold === undefined ? (changes === undefined ? 'unchanged' : 'changed') : 'held';
  return { kind, ...(changes ?? NO_CHANGES) };
}

async function readCandidate(inventory: Inventory, signal: AbortSignal): Promise<readonly TargetGroup[]> {
  const known = inventory.answer;
  const { body, validators } = await fetchInventory(inventory.request, known?.validators, signal);
  const groups = body === undefined ? (known?.groups ?? []) : decode(body, inventory);
  inventory.answer = { validators, groups };
  return groups;
}

function decode(body: Uint8Array, { request, defaults }: Inventory): readonly TargetGroup[] {
  return buildTargetGroups(readSensors(body, publicUrl(request.url)), defaults);
}

// Returns what changed, or undefined when the list stood already (or was put back).
async function publish(
  inventory: Inventory,
  groups: readonly TargetGroup[] | undefined,
): Promise<Changes | undefined> {
  if (groups === undefined) return undefined;
  const before = inventory.published;
  const text = groups === before?.groups ? before.text : writeTargetGroups(groups);
  try {
    if (before !== undefined && text === before.text) {
      await keep(inventory, { ...before, groups });
      return undefined;
    }
    inventory.published = await writeTargetFile(inventory.targetFile, groups, text);
  } catch (error) {
    if (error instanceof WriteError) inventory.observer.writeFailed(error.reason);
    throw error;
  }
  inventory.observer.written();
  return countChanges(before?.groups ?? [], groups);
}

async function keep(inventory: Inventory, list: Published): Promise<void> {
  const standing = await stillStands(inventory.targetFile, list);
  if (standing !== undefined) {
    inventory.published = standing;
    return;
  }
  const written = await writeTargetFile(inventory.targetFile, list.groups, list.text);
  // The file is new, the list is not.
  inventory.published = { ...written, changedAt: list.changedAt };
  inventory.observer.written();
  inventory.observer.restored();
}
