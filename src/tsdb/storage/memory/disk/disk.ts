// The store's life on disk: loaded at the start, logged from then on, its log cut short by snapshots, healed after failures.

import { setImmediate as turn } from 'node:timers/promises';
import { formatAge } from '../../../../lib/duration.ts';
import { AppError, codeOf, messageOf } from '../../../../lib/errors.ts';
import { type FolderLock, lockFolder } from '../../../../lib/folder-lock.ts';
import type { Logger } from '../../../../lib/log.ts';
import { SegmentLog } from '../../../../lib/segment-log.ts';
import type { Batch } from '../../contract.ts';
import type { Readable } from '../select.ts';
import { Folder } from './folder.ts';
import { load } from './load.ts';
import { type NamedSeries, writeRows, writeSeries } from './records.ts';
import { writeSnapshot } from './snapshot.ts';

export interface DiskOptions {
  readonly path: string;
  /** A snapshot is made when the log is longer than this, and than the last snapshot. */
  readonly snapshotAfterBytes: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
}

/** What is not as it should be; undefined while all is written. */
export interface DiskTrouble {
  /** Unix milliseconds. */
  readonly since: number;
  readonly reason: string;
}

const TICK_MS = 1000;
const HEAL_MS = 5000;

export class Disk {
  readonly #options: DiskOptions;
  readonly #store: Readable;
  readonly #folder: Folder;
  readonly #lock: FolderLock;
  readonly #log: SegmentLog;
  #slabs: ReadonlySet<number> = new Set();
  #snapshotBytes = 0;
  #trouble: DiskTrouble | undefined;
  /** Whether snapshot and log together have everything. */
  #isWhole = false;
  #isOurs = true;
  #healAt = 0;
  #ticking: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  // By itself: loading and snapshots may take longer than a lock may be silent.
  readonly #renewing: NodeJS.Timeout;

  /**
   * Fills an empty store from the folder and begins to log.
   * @param loaded is awaited between the two, so that what has expired is not written again.
   * @throws AppError `in_use`, and what the system says.
   */
  static async open(store: Readable, options: DiskOptions, loaded: () => Promise<void>): Promise<Disk> {
    const folder = new Folder(options.path);
    await folder.make();
    const disk = new Disk(store, options, folder, await lockFolder(options.path));
    try {
      await disk.#begin(loaded);
      return disk;
    } catch (error) {
      await disk.#leave();
      throw error;
    }
  }

  private constructor(store: Readable, options: DiskOptions, folder: Folder, lock: FolderLock) {
    this.#store = store;
    this.#options = options;
    this.#folder = folder;
    this.#lock = lock;
    this.#log = new SegmentLog(folder, (error) => this.#failed(error));
    this.#renewing = setInterval(() => void this.#renew(), TICK_MS).unref();
  }

  get trouble(): DiskTrouble | undefined {
    return this.#trouble;
  }

  recordSeries(series: readonly NamedSeries[]): void {
    if (series.length > 0) this.#log.record((frames) => writeSeries(frames, series));
  }

  recordRows(batch: Batch): void {
    if (batch.refs.length > 0) this.#log.record((frames) => writeRows(frames, batch));
  }

  /** @throws AppError `not_durable` when what is appended now could not be made to survive a crash. */
  assertWhole(): void {
    if (this.#isWhole) return;
    const why = this.#trouble?.reason ?? 'the folder is being written anew';
    throw new AppError('not_durable', `cannot make samples durable: ${why}; append them again later`);
  }

  /** Resolves when all that was recorded so far is durable. @throws AppError `not_durable`. */
  async commit(): Promise<void> {
    this.assertWhole();
    await this.#log.commit();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#ticking;
    if (this.#log.isRecording) await this.#log.commit().catch(() => {});
    await this.#log.close();
    await this.#leave();
    this.#tellLoss();
  }

  #tellLoss(): void {
    if (this.#trouble === undefined) return;
    const { log, path } = this.#options;
    const since = new Date(this.#trouble.since).toISOString();
    log.error(
      { path, since, reason: this.#trouble.reason },
      'stopped with samples in memory only; they are lost',
    );
  }

  async #leave(): Promise<void> {
    clearInterval(this.#renewing);
    this.#isOurs = false;
    await this.#lock.release();
  }

  async #renew(): Promise<void> {
    if (!(await this.#lock.renew()) && this.#isOurs) this.#lose();
  }

  async #begin(afterLoad: () => Promise<void>): Promise<void> {
    const { log, now } = this.#options;
    const begin = now();
    const { warnings, slabs, nextNumber } = await load(this.#folder, this.#store, turn);
    for (const warning of warnings) log.warn({ path: this.#folder.path }, warning);
    this.#slabs = slabs;
    await afterLoad();
    const { rows, samples } = this.#store;
    const loaded = { series: rows.alive, samples: samples.count, took: formatAge(now() - begin) };
    log.info({ path: this.#folder.path, ...loaded }, 'storage loaded');
    await this.#beginLog(nextNumber);
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  // What was loaded is written as one snapshot, so that refs and numbers of before mean nothing any more.
  async #beginLog(number: number): Promise<void> {
    if (!this.#isOurs) return;
    this.#log.begin(number);
    try {
      await this.#snapshot(number);
      if (this.#log.isRecording) this.#healed();
    } catch (error) {
      this.#log.stop();
      this.#failed(error);
    }
  }

  #tick(): void {
    this.#ticking = this.#ticking.then(() => this.#look()).catch((error) => this.#failed(error));
  }

  async #look(): Promise<void> {
    if (!this.#isOurs) return;
    const isHealing = !this.#log.isRecording || !this.#isWhole;
    if (isHealing && performance.now() >= this.#healAt) await this.#beginLog(this.#log.segment + 1);
    else if (!isHealing && this.#log.bytes > Math.max(this.#options.snapshotAfterBytes, this.#snapshotBytes))
      await this.#cutShort();
  }

  // The log goes on meanwhile, and with the segments before it nothing is lost if this fails.
  async #cutShort(): Promise<void> {
    try {
      await this.#snapshot(this.#log.cut());
      if (this.#log.isRecording) this.#healed();
    } catch (error) {
      this.#noteTrouble(error);
    }
  }

  async #snapshot(number: number): Promise<void> {
    const folder = this.#folder;
    try {
      const { slabs, bytes } = await writeSnapshot(folder, number, this.#store, this.#slabs, turn);
      this.#slabs = slabs;
      this.#snapshotBytes = bytes;
    } catch (error) {
      await folder.abandonSnapshot(number).catch(() => {});
      throw error;
    }
    if (!this.#isOurs) return;
    await folder.clear(number, this.#slabs).catch((error) => {
      this.#options.log.warn(
        { path: folder.path, error: messageOf(error) },
        'cannot remove old files of the store',
      );
    });
  }

  // Two that write into one folder would spoil it; the other one has it now.
  #lose(): void {
    this.#isOurs = false;
    this.#log.stop();
    this.#failed(new Error('another process has taken the folder'));
  }

  #failed(error: unknown): void {
    this.#isWhole = false;
    this.#healAt = performance.now() + HEAL_MS;
    this.#noteTrouble(error);
  }

  #noteTrouble(error: unknown): void {
    const { log, now, path } = this.#options;
    const reason = codeOf(error) === 'ENOSPC' ? 'there is no space left' : messageOf(error);
    if (this.#trouble?.reason === reason) return;
    this.#trouble = { since: this.#trouble?.since ?? now(), reason };
    log.error({ path, reason }, 'cannot write the store to disk; samples are kept in memory only');
  }

  #healed(): void {
    const { log, now, path } = this.#options;
    this.#isWhole = true;
    if (this.#trouble === undefined) return;
    log.info({ path, after: formatAge(now() - this.#trouble.since) }, 'the store is written to disk again');
    this.#trouble = undefined;
  }
}
