// The list and its file: a new list is checked and written, a list that stands is looked at and put back when it does not.

import { formatAge } from '../../lib/duration.ts';
import { describeTargets, type TargetGroup, writeTargetGroups } from '../../model/target-group.ts';
import { type Changes, countChanges } from './changes.ts';
import { checkFile } from './check-file.ts';
import { afterLook, type Conflict } from './conflicts.ts';
import { keepOwn, type OwnList } from './own-list.ts';
import { findList, type Look, lookAt, type Published, writeTargetFile } from './target-file.ts';
import { WriteError, type WriteFailure, writeError } from './write-error.ts';

/** Told of every write of the target file, for the metrics. */
export interface FileObserver {
  written(): void;
  restored(): void;
  writeFailed(reason: WriteFailure): void;
}

/** The target file and what this sidecar knows of it; only `publish` changes it. */
export interface TargetFile {
  readonly path: string;
  /** Milliseconds between two looks at it. */
  readonly intervalMs: number;
  readonly observer: FileObserver;
  /** Monotonic milliseconds. */
  readonly monotonic: () => number;
  /** What is kept of our list for the next start; undefined: nothing is. */
  readonly own?: OwnList;
  /** The list that stands in the file; undefined until one does. */
  published: Published | undefined;
  /** What other writers did to it. */
  conflict: Conflict;
  /** Why the list could not be made to stand in it the last time. */
  failure?: WriteError | undefined;
}

export interface PublishOptions {
  /** A list without any target is wanted: an empty answer that was accepted. Without it such a list is refused. */
  readonly empty?: boolean;
  /** A list that stood once and comes back: oddities of another writer in it may come back too. */
  readonly stoodBefore?: string | undefined;
  /** What the inventory says: ours also when another program put it there first. */
  readonly isWhole?: boolean;
}

/**
 * Makes the file hold this list.
 * @returns what changed, or undefined when the list stood already (or was put back).
 * @throws WriteError; what was in the file then stays: the old list, or what another program wrote there.
 */
export async function publish(
  file: TargetFile,
  groups: readonly TargetGroup[],
  options: PublishOptions = {},
): Promise<Changes | undefined> {
  const before = file.published;
  const text = groups === before?.groups ? before.text : writeTargetGroups(groups);
  try {
    if (text !== before?.text) requireGood(file, groups, text, options);
    await putInPlace(file, groups, text, options.isWhole ?? text !== before?.text);
    file.failure = undefined;
  } catch (error) {
    if (error instanceof WriteError) {
      file.failure = error;
      file.observer.writeFailed(error.reason);
      // Nothing has looked at the file yet: what stands in it is put back when it was deleted.
      if (error.reason === 'refused' && before !== undefined)
        await putInPlace(file, before.groups, before.text, false).catch(() => {});
    }
    throw error;
  }
  return text === before?.text ? undefined : countChanges(before?.groups ?? [], groups);
}

async function putInPlace(
  file: TargetFile,
  groups: readonly TargetGroup[],
  text: string,
  isOurs: boolean,
): Promise<void> {
  const before = file.published;
  if (before === undefined) return write(file, groups, text);
  const look = await see(file.path, before, groups, text);
  const conflict = afterLook(file.conflict, look.seen, file.monotonic(), file.intervalMs);
  if (look.seen === 'stands' && text === look.list.text) {
    if (isOurs) await keep(file, text);
    file.published = { ...look.list, groups };
  } else if (conflict.until !== undefined) throw contested(file, conflict);
  else await write(file, groups, text);
  if (look.seen !== 'stands') file.observer.restored();
  file.conflict = conflict;
}

async function see(
  path: string,
  before: Published,
  groups: readonly TargetGroup[],
  text: string,
): Promise<Look> {
  const look = await lookAt(path, before);
  const found = look.seen === 'foreign' ? await findList(path, groups, text) : undefined;
  return found === undefined ? look : { seen: 'stands', list: found };
}

async function write(file: TargetFile, groups: readonly TargetGroup[], text: string): Promise<void> {
  const before = file.published;
  await keep(file, text);
  const written = await writeTargetFile(file.path, groups, text).catch(async (error: unknown) => {
    if (before !== undefined) await keep(file, before.text).catch(() => {});
    throw error;
  });
  // When the list is not new, only the file is.
  file.published = text === before?.text ? { ...written, changedAt: before.changedAt } : written;
  file.observer.written();
}

async function keep({ own, path }: TargetFile, text: string): Promise<void> {
  if (own === undefined) return;
  await keepOwn(own, text).catch((error: unknown) => {
    throw writeError(`cannot write ${path}`, error);
  });
}

function contested(file: TargetFile, conflict: Conflict): WriteError {
  file.conflict = conflict;
  const pause = formatAge(conflict.pauseMs);
  const message = `cannot keep the list in ${file.path}: another program writes this file; ours is put back after ${pause}`;
  return new WriteError('another_writer', message);
}

// What stood already is put back as it was, whatever it is: it cannot make things worse.
function requireGood(
  { path, published }: TargetFile,
  groups: readonly TargetGroup[],
  text: string,
  { empty = false, stoodBefore }: PublishOptions,
): void {
  const fault = checkFile(text, { empty, standing: stoodBefore ?? published?.text });
  if (fault === undefined) return;
  const message = `cannot publish ${describeTargets(groups)} in ${path}: Prometheus could not use the list: ${fault}`;
  throw new WriteError('refused', message);
}
