// The file Prometheus reads: written whole or not at all, in one event of its directory, and looked at on every pass.

import type { BigIntStats } from 'node:fs';
import { readdir, readFile, readlink, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AppError, codeOf, messageOf } from '../../lib/errors.ts';
import { parseTargetGroups, type TargetGroup } from '../../model/target-group.ts';
import { isStagedName, writeAtomically } from './atomic-write.ts';
import { NOT_A_FILE, writeError } from './write-error.ts';

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
    requireFile(before);
    const text = await readFile(path, 'utf8');
    return { ...published(before, parseTargetGroups(text), text), mode: READABLE_BY_ALL };
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw new AppError('unreadable', `cannot take over ${path}: ${messageOf(cause)}`, { cause });
  }
}

/** What a look at the file saw; a list that stands, as it stands now. */
export type Look =
  | { readonly seen: 'stands'; readonly list: Published }
  | { readonly seen: 'deleted' | 'foreign' };

/**
 * Looks whether a published list still stands in the file, readable; equal bytes from another writer count.
 * @throws WriteError when the system does not let us look, or when there is no file but a folder, a device or a pipe.
 */
export async function lookAt(path: string, list: Published): Promise<Look> {
  try {
    const file = await stat(path, { bigint: true });
    requireFile(file);
    if ((Number(file.mode) & list.mode) !== list.mode) return { seen: 'foreign' };
    if (markOf(file) === list.mark) return { seen: 'stands', list };
    const isEqual = Number(file.size) === list.bytes && (await readFile(path, 'utf8')) === list.text;
    return isEqual ? { seen: 'stands', list: { ...list, mark: markOf(file) } } : { seen: 'foreign' };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { seen: 'deleted' };
    throw writeError(`cannot look at ${path}`, error);
  }
}

/**
 * Looks whether a new list is in the file already: another sidecar that follows the same inventory was faster.
 * @returns undefined when it is not; what else there is, is not told.
 */
export async function findList(
  path: string,
  groups: readonly TargetGroup[],
  text: string,
): Promise<Published | undefined> {
  const file = await stat(path, { bigint: true }).catch(() => undefined);
  if (!file?.isFile() || Number(file.size) !== Buffer.byteLength(text)) return undefined;
  const list = { ...published(file, groups, text), mode: READABLE_BY_ALL };
  const look = await lookAt(path, { ...list, mark: '' });
  return look.seen === 'stands' ? look.list : undefined;
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

/**
 * Removes what a killed run left of this target file and of its state in the staging folder, and nothing else. A file
 * that another process is just writing is staged again by it.
 * @returns how many were removed. One that cannot be is no harm: it is never read.
 */
export async function clearLeftovers(path: string): Promise<number> {
  const target = await realTarget(path).catch(() => undefined);
  if (target === undefined) return 0;
  const staging = stagingOf(target);
  const names = await readdir(staging).catch(() => []);
  const ours = names.filter((name) => isLeftover(name, basename(target)));
  const done = await Promise.allSettled(ours.map((name) => rm(join(staging, name), { force: true })));
  return done.filter(({ status }) => status === 'fulfilled').length;
}

// Earlier versions staged the target file there under its own name.
function isLeftover(name: string, target: string): boolean {
  const kept = ['', '.state.json', '.before.json', '.own.json'].map((kind) => target + kind);
  return name === target || kept.some((of) => isStagedName(name, of));
}

// Where the file really is: a symlink stays one, also while it leads nowhere. What is no file (a device, a pipe, a
// folder) is never replaced.
/** @throws when it is no regular file, or the system does not let us look. */
export async function realTarget(path: string): Promise<string> {
  try {
    const target = await realpath(path);
    requireFile(await stat(target));
    return target;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    const link = await readlink(path).catch(() => undefined);
    return link === undefined ? path : resolve(dirname(path), link);
  }
}

/** The folder, beside a target file, that Prometheus does not watch: staged files and our own. */
export function stagingOf(target: string): string {
  return join(dirname(target), STAGING);
}

function requireFile(file: { isFile(): boolean }): void {
  if (!file.isFile()) throw Object.assign(new Error('it is no regular file'), { code: NOT_A_FILE });
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
