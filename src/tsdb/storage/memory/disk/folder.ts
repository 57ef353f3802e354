// The files of a store: a log in numbered segments, snapshots that stand for all segments before theirs, chunk slabs.

import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, codeOf, messageOf } from '../../../../lib/errors.ts';
import { makeFolder } from '../../../../lib/make-folder.ts';
import { nameOf, numbersIn } from '../../../../lib/numbered-files.ts';

const LOG = 'log';
const SLABS = 'chunks';
const SNAPSHOT = 'snapshot-';
const UNFINISHED = '.tmp';

export class Folder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** @throws AppError `folder` when it cannot be. */
  async make(): Promise<void> {
    try {
      await makeFolder(join(this.path, LOG));
      await makeFolder(join(this.path, SLABS));
    } catch (cause) {
      throw new AppError('folder', `cannot use ${this.path} as folder of the data: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  segmentPath(number: number): string {
    return join(this.path, LOG, nameOf(number));
  }

  /** The file of a slab, or one of a slab that is not finished. */
  slabPath(id: number): string {
    return join(this.path, SLABS, nameOf(id));
  }

  segments(): Promise<number[]> {
    return numbersIn(join(this.path, LOG));
  }

  slabs(): Promise<number[]> {
    return numbersIn(join(this.path, SLABS));
  }

  /** Newest first. */
  async snapshots(): Promise<number[]> {
    const names = await readdir(this.path);
    const numbers = names.flatMap((name) =>
      SNAPSHOT_NAME.test(name) ? [Number(name.slice(SNAPSHOT.length))] : [],
    );
    return numbers.sort((a, b) => b - a);
  }

  /** The files of a snapshot in the order they were written. */
  async snapshotFiles(number: number): Promise<string[]> {
    const folder = join(this.path, SNAPSHOT + nameOf(number));
    return (await readdir(folder)).sort().map((name) => join(folder, name));
  }

  /** Makes the folder of a snapshot that is being written. */
  async beginSnapshot(number: number): Promise<string> {
    const path = join(this.path, SNAPSHOT + nameOf(number) + UNFINISHED);
    await rm(path, { recursive: true, force: true });
    await mkdir(path);
    return path;
  }

  /** From here on it is the one that counts. */
  async finishSnapshot(number: number): Promise<void> {
    const path = join(this.path, SNAPSHOT + nameOf(number));
    await syncFolder(path + UNFINISHED);
    await syncFolder(join(this.path, SLABS));
    await rename(path + UNFINISHED, path);
    await syncFolder(this.path);
  }

  /** Removes what the snapshot `number` stands for, and slabs that it does not need. */
  async clear(number: number, slabs: ReadonlySet<number>): Promise<void> {
    const names = (await readdir(this.path)).filter(
      (name) => name.startsWith(SNAPSHOT) && name !== SNAPSHOT + nameOf(number),
    );
    const segments = (await this.segments()).filter((segment) => segment < number);
    const unneeded = (await this.slabs()).filter((id) => !slabs.has(id));
    const paths = [
      ...names.map((name) => join(this.path, name)),
      ...segments.map((segment) => this.segmentPath(segment)),
      ...unneeded.map((id) => this.slabPath(id)),
    ];
    for (const path of paths) await rm(path, { recursive: true, force: true });
  }

  /** Removes what was left of a snapshot that could not be finished. */
  async abandonSnapshot(number: number): Promise<void> {
    await rm(join(this.path, SNAPSHOT + nameOf(number) + UNFINISHED), { recursive: true, force: true });
  }
}

const SNAPSHOT_NAME = /^snapshot-\d{8,}$/;

/** A whole file, undefined when there is none. */
export async function readWhole(path: string): Promise<Uint8Array | undefined> {
  return readFile(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
}

/** Writes a file so that it stays after a power cut. What was there is replaced. */
export async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

// A file system that cannot flush a folder costs only certainty about a power cut in the next seconds.
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().catch(() => {});
  await folder.close();
}
