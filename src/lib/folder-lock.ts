// A file that keeps a second process out of a folder, also one in another container, and that a crash does not leave for ever.

import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, codeOf } from './errors.ts';

/** Who holds a lock. Process numbers mean something only on one system and in one namespace of it. */
interface Holder {
  readonly id: string;
  readonly system: string;
  readonly pid: number;
  /** When the process began, in the system's own count. */
  readonly began: string;
}

export interface FolderLock {
  /** Shows that we are alive. @returns whether the lock is still ours. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

/** A holder renews every second; one of another system that has not for so long is dead. */
const SILENCE_MS = 5000;
const ATTEMPTS = 3;

/** @throws AppError `in_use` while another process has the folder. */
export async function lockFolder(folder: string, silenceMs = SILENCE_MS): Promise<FolderLock> {
  const path = join(folder, 'lock');
  const own: Holder = {
    id: randomUUID(),
    system: thisSystem(),
    pid: process.pid,
    began: beganAt(process.pid) ?? '',
  };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (await create(path, own)) return lockOf(path, own);
    const holder = await readHolder(path);
    if (holder !== undefined && (await isAlive(path, holder, silenceMs))) throw inUse(folder, holder);
    await setAside(path, holder);
  }
  throw inUse(folder, undefined);
}

// Linked into place with what it says, so that nobody ever reads half of it.
async function create(path: string, own: Holder): Promise<boolean> {
  const staged = `${path}.${own.id}`;
  try {
    await writeFile(staged, JSON.stringify(own));
    await link(staged, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(staged, { force: true });
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    // Gone, or cut off by a crash while it was made.
    return undefined;
  }
}

async function isAlive(path: string, holder: Holder, silenceMs: number): Promise<boolean> {
  if (holder.system === thisSystem()) return beganAt(holder.pid) === holder.began;
  const before = await renewedAt(path);
  await sleep(silenceMs);
  return (await renewedAt(path)) !== before;
}

// Moved away first: of two that find the lock dead only one gets it, and what turns out to be another's is given back.
async function setAside(path: string, dead: Holder | undefined): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => {});
  const moved = await readHolder(aside);
  if (moved !== undefined && moved.id !== dead?.id) await rename(aside, path);
  await rm(aside, { force: true });
}

function lockOf(path: string, own: Holder): FolderLock {
  return {
    async renew() {
      // Who cannot read it, out of file descriptors perhaps, does not know that it is lost.
      const unknown = (error: unknown) => (codeOf(error) === 'ENOENT' ? '' : own.id);
      const holder = await readFile(path, 'utf8').catch(unknown);
      if (!holder.includes(own.id)) return false;
      await utimes(path, new Date(), new Date()).catch(() => {});
      return true;
    },
    async release() {
      if ((await readHolder(path))?.id === own.id) await rm(path, { force: true });
    },
  };
}

async function renewedAt(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => undefined,
  );
}

function thisSystem(): string {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  return `${boot ?? hostname()} ${attempt(() => readlinkSync('/proc/self/ns/pid'))}`;
}

// The 22nd field of /proc/<pid>/stat; the second may hold spaces and brackets. Systems without it tell only who runs.
function beganAt(pid: number): string | undefined {
  const text = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (text !== undefined) return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  return process.platform !== 'linux' && attempt(() => process.kill(pid, 0)) ? 'runs' : undefined;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function inUse(folder: string, holder: Holder | undefined): AppError {
  const who = holder === undefined ? 'another process' : `process ${holder.pid}`;
  return new AppError('in_use', `cannot use ${folder}: ${who} has it; not started`);
}
