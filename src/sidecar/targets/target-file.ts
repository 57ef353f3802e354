// The file Prometheus reads: written whole or not at all, in one event of its directory, and looked at on every pass.

import type { BigIntStats } from 'node:fs';
import { readdir, readFile, readlink, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError, codeOf, messageOf } from '../../lib/errors.ts';
import { parseTargetGroups, type TargetGroup } from '../../model/target-group.ts';
import { isStagedName, writeAtomically } from './atomic-write.ts';

/** Why a write failed. */
export const WRITE_FAILURES = ['no_folder', 'read_only', 'no_space', 'permission', 'other'] as const;
export type WriteFailure = (typeof WRITE_FAILURES)[number];

/** A list as it stands in the file. */
export interface Published {
  readonly groups: readonly TargetGroup[];
  readonly text: string;
  readonly bytes: number;
  /** Unix milliseconds of the file's last change. */
  readonly changedAt: number;
  /** Tells this version of the file from any other. */
  readonly mark: string;
  /** The permissions that must stand, so that Prometheus, another user, can read it. */
  readonly mode: number;
}

/** A write, or a look at the file, that failed; what stands in the file stays. */
export class WriteError extends AppError<WriteFailure> {}

// Beside the target a temporary file would cost Prometheus four re-reads an update; a sub-folder is not watched.
const STAGING = '.inventory-sd';
const READABLE_BY_PROMETHEUS = 0o644;
const READABLE_BY_ALL = 0o444;
// The last Unix millisecond that a Date can hold (ECMA-262); the time of a file may lie beyond.
const LATEST_DATE = 8.64e15;

/**
 * Reads the list that stands in the file.
 * @returns undefined when there is no file.
 * @throws AppError `unreadable` when Prometheus would refuse it, or we may not read it.
 */
export async function readTargetFile(path: string): Promise<Published | undefined> {
  try {
    const before = await stat(path, { bigint: true });
    if (!before.isFile()) throw new Error('it is no regular file');
    const text = await readFile(path, 'utf8');
    return { ...published(before, parseTargetGroups(text), text), mode: READABLE_BY_ALL };
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new AppError('unreadable', `cannot take over ${path}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * Looks whether a published list still stands in the file, readable; equal bytes from another writer count.
 * @returns the list as it stands now, or undefined when the file is missing or holds something else.
 * @throws WriteError when the system does not let us look.
 */
export async function stillStands(path: string, list: Published): Promise<Published | undefined> {
  try {
    const file = await stat(path, { bigint: true });
    if ((Number(file.mode) & list.mode) !== list.mode) return undefined;
    if (markOf(file) === list.mark) return list;
    const isEqual = Number(file.size) === list.bytes && (await readFile(path, 'utf8')) === list.text;
    return isEqual ? { ...list, mark: markOf(file) } : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw writeError(`cannot look at ${path}`, error);
  }
}

/**
 * Publishes a list: staged in a sub-folder, 0644, flushed, renamed into place, both folders flushed.
 * @throws WriteError; the old file then stands untouched.
 */
export async function writeTargetFile(
  path: string,
  groups: readonly TargetGroup[],
  text: string,
): Promise<Published> {
  try {
    const target = await realTarget(path);
    const file = await writeAtomically(target, text, {
      mode: READABLE_BY_PROMETHEUS,
      staging: stagingOf(target),
    });
    return published(file, groups, text);
  } catch (error) {
    throw writeError(`cannot write ${path}`, error);
  }
}

/** Removes what a killed run left of this target file and of its state in the staging folder, and nothing else. */
export async function clearLeftovers(path: string): Promise<void> {
  const target = await realTarget(path).catch(() => undefined);
  if (target === undefined) return;
  const staging = stagingOf(target);
  const names = await readdir(staging).catch(() => []);
  const ours = names.filter((name) => isLeftover(name, basename(target)));
  await Promise.all(ours.map((name) => rm(join(staging, name), { force: true })));
}

// Earlier versions staged the target file there under its own name.
function isLeftover(name: string, target: string): boolean {
  const kept = ['', '.state.json', '.before.json'].map((kind) => target + kind);
  return name === target || kept.some((of) => isStagedName(name, of));
}

// Where the file really is: a symlink stays one, also while it leads nowhere. What is no file (a device, a pipe, a
// folder) is never replaced.
export async function realTarget(path: string): Promise<string> {
  try {
    const target = await realpath(path);
    if (!(await stat(target)).isFile()) throw new Error('it is no regular file');
    return target;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const link = await readlink(path).catch(() => undefined);
    return link === undefined ? path : resolve(dirname(path), link);
  }
}

export function stagingOf(target: string): string {
  return join(dirname(target), STAGING);
}

function published(file: BigIntStats, groups: readonly TargetGroup[], text: string): Published {
  return {
    groups,
    text,
    bytes: Number(file.size),
    changedAt: Math.min(Number(file.mtimeNs / 1_000_000n), LATEST_DATE),
    mark: markOf(file),
    mode: Number(file.mode) & READABLE_BY_ALL,
  };
}

function markOf(file: BigIntStats): string {
  return `${file.ino}:${file.size}:${file.mtimeNs}`;
}

const WRITE_CODES: Readonly<Record<string, WriteFailure>> = {
  ENOENT: 'no_folder',
  ENOTDIR: 'no_folder',
  EROFS: 'read_only',
  ENOSPC: 'no_space',
  EDQUOT: 'no_space',
  EACCES: 'permission',
  EPERM: 'permission',
};

const WRITE_ADVICE: Readonly<Record<WriteFailure, string>> = {
  no_folder: 'there is no such folder',
  read_only: 'the file system is read-only',
  no_space: 'there is no space left',
  permission: 'this user may not write there',
  other: 'the system refused',
};

export function writeError(what: string, cause: unknown): WriteError {
  const reason = WRITE_CODES[codeOf(cause) ?? ''] ?? 'other';
  return new WriteError(reason, `${what}: ${WRITE_ADVICE[reason]} (${messageOf(cause)})`, { cause });
}
