// file_sd: target groups from files, read again when something happens in their folders.

import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, extname } from 'node:path';
import { formatByteSize } from '../../lib/byte-size.ts';
import { messageOf } from '../../lib/errors.ts';
import type { TargetGroup } from '../../model/target-group.ts';
import type { Discovery, DiscoveryServices, Found } from './discovery.ts';
import { findFiles } from './file-pattern.ts';
import { createFolderWatch } from './folder-watch.ts';
import { readJsonGroups, readYamlGroups } from './read-groups.ts';

export interface FileDiscoveryConfig {
  readonly files: readonly string[];
  readonly refreshMs: number;
}

interface TargetFile {
  readonly mark: string;
  readonly groups: readonly TargetGroup[];
  readonly fault: string | undefined;
}

const MAX_BYTES = 1_073_741_824;
/** A writer makes several events of one change. */
const SETTLE_MS = 50;
/** A file that has changed within a tick of the file system's clock is read again: its mark may be an old one's. */
const UNSURE_MS = 2_000;

/**
 * Source of the rules: discovery/file of Prometheus. A file that cannot be read or is refused keeps its last list, one
 * that is gone has none; any event in the folder looks at all files again, and so does `refreshMs`.
 */
export function startFileDiscovery(
  { files: patterns, refreshMs }: FileDiscoveryConfig,
  { alarms, log, metrics }: DiscoveryServices,
  found: Found,
): Discovery {
  let files: ReadonlyMap<string, TargetFile> | undefined;
  let isLooking = false;
  let isWanted = false;
  let isStopped = false;
  let soon = alarms.after(0, look);
  let refresh = alarms.after(refreshMs, again);
  const watch = createFolderWatch([...new Set(patterns.map(dirname))], () => {
    soon.cancel();
    soon = alarms.after(SETTLE_MS, look);
  });

  function again(): void {
    refresh = alarms.after(refreshMs, again);
    look();
  }

  function look(): void {
    if (isLooking) isWanted = true;
    else void lookNow();
  }

  async function lookNow(): Promise<void> {
    isLooking = true;
    isWanted = false;
    await watch.renew();
    const now = await readAll();
    isLooking = false;
    if (isStopped) return;
    const hasChanged = files === undefined || isDifferent(files, now);
    files = now;
    if (hasChanged) found([...now.values()].flatMap((file) => file.groups));
    if (isWanted) look();
  }

  async function readAll(): Promise<ReadonlyMap<string, TargetFile>> {
    const now = new Map<string, TargetFile>();
    for (const path of await listFiles()) {
      const file = await readTargetFile(path, files?.get(path));
      now.set(path, file);
      if (file.fault === undefined) continue;
      metrics.fileReadFailed();
      if (file.fault !== files?.get(path)?.fault)
        log.warn({ file: path, reason: file.fault }, 'target file refused, its last list stands');
    }
    return now;
  }

  async function listFiles(): Promise<readonly string[]> {
    try {
      return [...new Set((await Promise.all(patterns.map(findFiles))).flat())];
    } catch (error) {
      metrics.fileReadFailed();
      log.warn({ reason: messageOf(error) }, 'folder of target files not readable, its last lists stand');
      return [...(files?.keys() ?? [])];
    }
  }

  return {
    stop() {
      isStopped = true;
      soon.cancel();
      refresh.cancel();
      watch.stop();
    },
  };
}

function isDifferent(before: ReadonlyMap<string, TargetFile>, now: ReadonlyMap<string, TargetFile>): boolean {
  return (
    before.size !== now.size || [...now].some(([path, { groups }]) => before.get(path)?.groups !== groups)
  );
}

/** @returns the same groups object as before when nothing has changed. */
async function readTargetFile(path: string, before: TargetFile | undefined): Promise<TargetFile> {
  const groups = before?.groups ?? [];
  try {
    const found = await stat(path);
    const mark = markOf(found);
    if (before !== undefined && before.mark === mark) return before;
    if (found.size > MAX_BYTES) throw new Error(`it is larger than ${formatByteSize(MAX_BYTES)}`);
    const text = await readFile(path, 'utf8');
    return {
      mark: isSure(found) ? mark : '',
      groups: sameOr(groups, readGroups(path, text)),
      fault: undefined,
    };
  } catch (error) {
    return { mark: '', groups, fault: messageOf(error) };
  }
}

function markOf({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string {
  return [dev, ino, size, mtimeMs, ctimeMs].join(':');
}

function isSure({ ctimeMs }: Stats): boolean {
  return Date.now() - ctimeMs > UNSURE_MS;
}

function readGroups(path: string, text: string): TargetGroup[] {
  const isJson = extname(path).toLowerCase() === '.json';
  const groups = isJson ? readJsonGroups(text) : readYamlGroups(text);
  return groups.map(({ targets, labels }) => ({ targets, labels: { ...labels, __meta_filepath: path } }));
}

function sameOr(before: readonly TargetGroup[], now: readonly TargetGroup[]): readonly TargetGroup[] {
  return JSON.stringify(before) === JSON.stringify(now) ? before : now;
}
