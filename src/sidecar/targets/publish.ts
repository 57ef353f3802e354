// The list and its file: a new list is written, a list that stands is looked at and put back when it does not.

import { type TargetGroup, writeTargetGroups } from '../../model/target-group.ts';
import { type Changes, countChanges } from './changes.ts';
import {
  type Published,
  stillStands,
  WriteError,
  type WriteFailure,
  writeTargetFile,
} from './target-file.ts';

/** Told of every write of the target file, for the metrics. */
export interface FileObserver {
  written(): void;
  restored(): void;
  writeFailed(reason: WriteFailure): void;
}

/** The target file and what this sidecar knows of it; only `publish` changes it. */
export interface TargetFile {
  readonly path: string;
  readonly observer: FileObserver;
  /** The list that stands in the file; undefined until one does. */
  published: Published | undefined;
}

/**
 * Makes the file hold this list.
 * @returns what changed, or undefined when the list stood already (or was put back).
 * @throws WriteError; the old file then stands.
 */
export async function publish(
  file: TargetFile,
  groups: readonly TargetGroup[],
): Promise<Changes | undefined> {
  const before = file.published;
  const text = groups === before?.groups ? before.text : writeTargetGroups(groups);
  try {
    if (before !== undefined && text === before.text) {
      await keep(file, { ...before, groups });
      return undefined;
    }
    file.published = await writeTargetFile(file.path, groups, text);
  } catch (error) {
    if (error instanceof WriteError) file.observer.writeFailed(error.reason);
    throw error;
  }
  file.observer.written();
  return countChanges(before?.groups ?? [], groups);
}

async function keep(file: TargetFile, list: Published): Promise<void> {
  const standing = await stillStands(file.path, list);
  if (standing !== undefined) {
    file.published = standing;
    return;
  }
  const written = await writeTargetFile(file.path, list.groups, list.text);
  // The file is new, the list is not.
  file.published = { ...written, changedAt: list.changedAt };
  file.observer.written();
  file.observer.restored();
}
