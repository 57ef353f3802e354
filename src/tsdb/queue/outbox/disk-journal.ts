// A copy of a shelf in a folder: a log of each pack, and of which are done with. A segment goes when all of its packs are.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, messageOf } from '../../../lib/errors.ts';
import type { FolderLock } from '../../../lib/folder-lock.ts';
import { nameOf, numbersIn } from '../../../lib/numbered-files.ts';
import { SegmentLog } from '../../../lib/segment-log.ts';
import type { Journal, MemoryOutboxOptions } from './memory.ts';
import { writeDone, writePack } from './records.ts';
import type { Pack, Shelf } from './shelf.ts';

type Log = MemoryOutboxOptions['log'];

const RENEW_MS = 1000;
const HEAL_MS = 5000;
/** Less than a log lets wait. */
const REWRITE_BYTES = 8 * 2 ** 20;

export class DiskJournal implements Journal {
  readonly #path: string;
  readonly #shelf: Shelf;
  readonly #lock: FolderLock;
  readonly #told: Log;
  readonly #log: SegmentLog;
  readonly #renewing: NodeJS.Timeout;
  /** By the number of the pack. */
  readonly #segments = new Map<number, number>();
  readonly #packs = new Map<number, number>();
  /** Done with while all is written anew. */
  readonly #gone = new Set<number>();
  #isOurs = true;
  #isWhole = false;
  #healAt = 0;
  #beginning: Promise<void> | undefined;
  #clearing: Promise<void> = Promise.resolve();

  constructor(path: string, shelf: Shelf, lock: FolderLock, log: Log, lastSegment: number) {
    this.#path = path;
    this.#shelf = shelf;
    this.#lock = lock;
    this.#told = log;
    this.#log = new SegmentLog({ segmentPath: (number) => join(path, nameOf(number)) }, (error) =>
      this.#failed(error),
    );
    this.#log.begin(lastSegment);
    this.#renewing = setInterval(() => void this.#renew(), RENEW_MS).unref();
  }

  /** Writes what is on the shelf into a new segment; those before it are not needed then. Never rejects. */
  begin(): Promise<void> {
    this.#beginning ??= this.#rewrite().finally(() => {
      this.#beginning = undefined;
    });
    return this.#beginning;
  }

  async keep(packs: readonly Pack[]): Promise<void> {
    if (!this.#isWhole && this.#isOurs && performance.now() >= this.#healAt) await this.begin();
    if (!this.#isWhole)
      throw new AppError('not_durable', `cannot keep samples in ${this.#path}; push them again later`);
    this.#record(packs);
    await this.#log.commit();
  }

  forget(packs: readonly Pack[]): void {
    const numbers = packs.map(({ number }) => number);
    if (this.#log.isRecording) this.#log.record((frames) => writeDone(frames, numbers));
    for (const number of numbers) this.#forgetOne(number);
    if (this.#isWhole) this.#clear(this.#firstNeeded());
  }

  async close(): Promise<void> {
    clearInterval(this.#renewing);
    await this.#beginning;
    await this.#log.close();
    await this.#clearing;
    if (this.#isOurs) await this.#lock.release();
  }

  #forgetOne(number: number): void {
    if (this.#beginning !== undefined) this.#gone.add(number);
    const segment = this.#segments.get(number);
    if (segment === undefined) return;
    this.#segments.delete(number);
    this.#packs.set(segment, (this.#packs.get(segment) ?? 1) - 1);
  }

  async #rewrite(): Promise<void> {
    const number = this.#log.segment + 1;
    this.#segments.clear();
    this.#packs.clear();
    this.#gone.clear();
    this.#log.begin(number);
    try {
      await this.#recordAll();
    } catch (error) {
      this.#failed(error);
      return;
    }
    if (!this.#log.isRecording || !this.#isOurs) return;
    this.#isWhole = true;
    if (this.#healAt > 0) this.#told.info({ path: this.#path }, 'samples to be handed over are kept again');
    this.#clear(number);
  }

  // In pieces, each of them on disk before the next.
  async #recordAll(): Promise<void> {
    let piece: Pack[] = [];
    let bytes = 0;
    for (const pack of this.#shelf.all()) {
      piece.push(pack);
      bytes += pack.bytes.length;
      if (bytes < REWRITE_BYTES) continue;
      this.#record(piece);
      await this.#log.commit();
      piece = [];
      bytes = 0;
    }
    this.#record(piece);
    await this.#log.commit();
  }

  #record(packs: readonly Pack[]): void {
    for (const pack of packs) {
      if (this.#gone.has(pack.number)) continue;
      const { segment } = this.#log;
      this.#segments.set(pack.number, segment);
      this.#packs.set(segment, (this.#packs.get(segment) ?? 0) + 1);
      this.#log.record((frames) => writePack(frames, pack));
    }
  }

  // What a segment says of packs that are done with concerns itself and those before it.
  #firstNeeded(): number {
    for (const [segment, packs] of this.#packs) {
      if (packs > 0) return segment;
      if (segment < this.#log.segment) this.#packs.delete(segment);
    }
    return this.#log.segment;
  }

  #clear(before: number): void {
    this.#clearing = this.#clearing.then(async () => {
      const numbers = await numbersIn(this.#path);
      for (const number of numbers.filter((other) => other < before && this.#isOurs))
        await rm(join(this.#path, nameOf(number)), { force: true });
    });
    this.#clearing = this.#clearing.catch((error) => {
      this.#told.warn({ path: this.#path, reason: messageOf(error) }, 'cannot remove what was handed over');
    });
  }

  async #renew(): Promise<void> {
    if (!this.#isOurs || (await this.#lock.renew())) return;
    this.#isOurs = false;
    this.#log.stop();
    this.#failed(new Error('another process has taken the folder'));
  }

  #failed(error: unknown): void {
    if (this.#isWhole || this.#healAt === 0)
      this.#told.error(
        { path: this.#path, reason: messageOf(error) },
        'cannot keep samples that wait to be handed over; pushes are refused',
      );
    this.#isWhole = false;
    this.#healAt = performance.now() + HEAL_MS;
  }
}
