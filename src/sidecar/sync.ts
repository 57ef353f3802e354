// One pass: inventory → sensors → groups → guard → target file. Every pass is judged and the file looked at.

import type { TargetGroup } from '../model/target-group.ts';
import { fetchInventory, type InventoryRequest } from './inventory/request.ts';
import type { Validators } from './inventory/validators.ts';
import type { Sensor } from './sensors/sensor.ts';
import type { Changes } from './targets/changes.ts';
import { buildTargetGroups, type TargetDefaults } from './targets/groups.ts';
import { guard, type Hold } from './targets/guard.ts';
import { publish, type TargetFile } from './targets/publish.ts';

/** What one sidecar knows of its inventory and its file; only `sync` changes it. */
export interface Inventory {
  readonly request: InventoryRequest;
  readonly defaults: TargetDefaults;
  readonly file: TargetFile;
  /** The newest good answer and what tells it from the next one. */
  answer: { readonly validators: Validators; readonly groups: readonly TargetGroup[] } | undefined;
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
    const { file } = inventory;
    if (!signal.aborted && file.published) await publish(file, file.published.groups).catch(() => {});
    throw error;
  });
  const verdict = guard(inventory.file.published?.groups, candidate, inventory.hold, now);
  inventory.hold = verdict.hold;
  const changes = verdict.groups && (await publish(inventory.file, verdict.groups));
  const kind = verdict.hold === undefined ? (changes === undefined ? 'unchanged' : 'changed') : 'held';
  return { kind, ...(changes ?? NO_CHANGES) };
}

async function readCandidate(inventory: Inventory, signal: AbortSignal): Promise<readonly TargetGroup[]> {
  const known = inventory.answer;
  const { entries, validators } = await fetchInventory(inventory.request, known?.validators, signal);
  const groups =
    entries === undefined
      ? (known?.groups ?? [])
      : buildTargetGroups(entries as readonly Sensor[], inventory.defaults);
  inventory.answer = { validators, groups };
  return groups;
}
