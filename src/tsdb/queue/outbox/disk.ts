// The outbox of one process with a copy in a folder, so that a crash loses nothing of it.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, messageOf } from '../../../lib/errors.ts';
import { lockFolder } from '../../../lib/folder-lock.ts';
import { type Frame, readFrames } from '../../../lib/frames.ts';
import { makeFolder } from '../../../lib/make-folder.ts';
import { nameOf, numbersIn } from '../../../lib/numbered-files.ts';
import type { Outbox } from './contract.ts';
import { DiskJournal } from './disk-journal.ts';
import { type MemoryOutboxOptions, ShelfOutbox } from './memory.ts';
import { DONE, PACK, readDone, readPack } from './records.ts';
import { type Pack, Shelf } from './shelf.ts';

export interface DiskOutboxOptions extends MemoryOutboxOptions {
  readonly path: string;
}

type Log = DiskOutboxOptions['log'];

/** @throws AppError `in_use` while another process has the folder, `folder` when it cannot be used. */
export async function openDiskOutbox(options: DiskOutboxOptions): Promise<Outbox> {
  const { path, log } = options;
  await makePlace(path);
  const lock = await lockFolder(path);
  try {
    const shelf = new Shelf();
    const numbers = await numbersIn(path);
    const packs = await load(path, numbers, log);
    shelf.put(packs);
    if (packs.length > 0) log.info({ path, samples: shelf.samples }, 'samples wait to be handed over');
    const journal = new DiskJournal(path, shelf, lock, log, numbers.at(-1) ?? 0);
    await journal.begin();
    return new ShelfOutbox(shelf, options, journal, (packs.at(-1)?.number ?? 0) + 1);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function makePlace(path: string): Promise<void> {
  try {
    await makeFolder(path);
  } catch (cause) {
    const why = messageOf(cause);
    throw new AppError('folder', `cannot use ${path} for samples to be handed over: ${why}`, { cause });
  }
}

/** The packs that were not done with, in their order. */
async function load(path: string, numbers: readonly number[], log: Log): Promise<Pack[]> {
  const packs = new Map<number, Pack>();
  for (const number of numbers) {
    const file = join(path, nameOf(number));
    const damaged = (damage: object) => log.warn({ file, ...damage }, 'passed over what could not be read');
    for (const frame of readFrames(await readFile(file), damaged)) replay(packs, frame);
  }
  return [...packs.values()].sort((a, b) => a.number - b.number);
}

function replay(packs: Map<number, Pack>, { type, payload }: Frame): void {
  if (type === PACK) {
    const pack = readPack(payload);
    packs.set(pack.number, pack);
  }
  if (type === DONE) for (const number of readDone(payload)) packs.delete(number);
}
