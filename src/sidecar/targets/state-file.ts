// What survives a restart besides the target file: the guard's state, and what the last accepted hold changed.

import { readFile, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { codeOf, messageOf } from '../../lib/errors.ts';
import type { Moment } from '../moment.ts';
import type { Accepted } from './accepted.ts';
import { writeAtomically } from './atomic-write.ts';
import { type Restored, readGuardRecord, writeGuardRecord } from './guard-record.ts';
import { type GuardState, isQuiet } from './guard-state.ts';
import type { Target } from './target.ts';
import { realTarget, stagingOf } from './target-file.ts';
import { writeError } from './write-error.ts';

/** The files beside the staged ones, and when the state was last written (monotonic ms). */
export interface StateFile {
  readonly path: string;
  /** What the last accepted hold changed. */
  readonly before: string;
  /** The list that was written last. */
  readonly own: string;
  savedAt: number | undefined;
  /** What was written last holds nothing that time changes. */
  isQuiet: boolean;
}

const SAVE_EVERY_MS = 60_000;
const MAX_BYTES = 512 * 2 ** 20;

/** Names the files of a target file; nothing is read or written. */
export async function stateFileOf(targetFile: string): Promise<StateFile> {
  const target = await realTarget(targetFile).catch(() => targetFile);
  const at = (kind: string) => join(stagingOf(target), `${basename(target)}.${kind}.json`);
  return { path: at('state'), before: at('before'), own: at('own'), savedAt: undefined, isQuiet: false };
}

/**
 * Reads the state back.
 * @param found the targets in the file; undefined when no list stands.
 * @param warn told when there is no state to a list, or none that can be used; the guard then begins anew.
 */
export async function readState(
  { path }: StateFile,
  found: readonly Target[] | undefined,
  warn: (message: string) => void,
): Promise<Restored | undefined> {
  try {
    if ((await stat(path)).size > MAX_BYTES) throw new Error('it is too large');
    return readGuardRecord(await readFile(path, 'utf8'), found);
  } catch (error) {
    const why = codeOf(error) === 'ENOENT' ? 'there is none' : messageOf(error);
    if (found !== undefined && found.length > 0)
      warn(`cannot read the guard's state ${path}: ${why}; it begins anew with the list in the target file`);
    return undefined;
  }
}

/** @throws WriteError. */
export async function writeState(file: StateFile, state: GuardState, now: Moment): Promise<void> {
  // Also when it fails: a full disk is not asked again at every pass.
  file.savedAt = now.mono;
  await write(file.path, writeGuardRecord(state, now.wall));
  file.isQuiet = isQuiet(state);
}

/** Whether it is time to write a state that changed by time only. */
export function isDue({ savedAt, isQuiet: wasQuiet }: StateFile, state: GuardState, now: Moment): boolean {
  if (savedAt === undefined) return true;
  return !(wasQuiet && isQuiet(state)) && now.mono - savedAt >= SAVE_EVERY_MS;
}

/** Keeps what an accepted hold changes. @throws WriteError. */
export function keepBefore({ before }: StateFile, accepted: Accepted): Promise<void> {
  return write(before, `${JSON.stringify(accepted)}\n`);
}

/** @returns the text of what the last accepted hold changed; undefined when nothing is kept. */
export async function readBefore({ before }: StateFile): Promise<string | undefined> {
  return readFile(before, 'utf8').catch(() => undefined);
}

export function dropBefore({ before }: StateFile): Promise<void> {
  return rm(before, { force: true });
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeAtomically(path, text, { mode: 0o600 });
  } catch (error) {
    throw writeError(`cannot write ${path}`, error);
  }
}
