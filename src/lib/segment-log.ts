// A write-ahead log in numbered segments: what is recorded is flushed twice a second, and at once, with a commit, for those who wait.

import { type FileHandle, open } from 'node:fs/promises';
import { AppError, messageOf } from './errors.ts';
import { FrameBuffer } from './frames.ts';

/** With the time a flush takes, less than a second is lost by `kill -9`. */
const FLUSH_MS = 500;
const SEGMENT_BYTES = 16 * 2 ** 20;
/** More than this must not wait for a slow disk. */
const MOST_WAITING_BYTES = 64 * 2 ** 20;

interface Piece {
  readonly segment: number;
  readonly bytes: Uint8Array;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Where the file of a segment lies. */
export interface Segments {
  segmentPath(number: number): string;
}

/** Records into numbered segments. After a failure it records nothing until it is told to begin anew. */
export class SegmentLog {
  readonly #folder: Segments;
  readonly #onFailure: (error: unknown) => void;
  #frames = new FrameBuffer();
  #pieces: Piece[] = [];
  #waiters: Waiter[] = [];
  #segment = 0;
  #segmentBytes = 0;
  #isRecording = false;
  #file: { readonly segment: number; readonly handle: FileHandle } | undefined;
  #flushing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** What was written since the last segment that `begin` or `cut` made. */
  #bytes = 0;

  constructor(folder: Segments, onFailure: (error: unknown) => void) {
    this.#folder = folder;
    this.#onFailure = onFailure;
  }

  get isRecording(): boolean {
    return this.#isRecording;
  }

  /** The number of the segment that is being written. */
  get segment(): number {
    return this.#segment;
  }

  /** Bytes since the segment that the last `begin` or `cut` returned. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Starts to record, in a segment of this number. */
  begin(segment: number): void {
    this.#segment = segment;
    this.#segmentBytes = 0;
    this.#bytes = 0;
    this.#pieces = [];
    this.#frames = new FrameBuffer();
    this.#isRecording = true;
  }

  /** Records nothing from now on, and forgets what is not flushed. */
  stop(): void {
    this.#isRecording = false;
    this.#pieces = [];
    this.#frames = new FrameBuffer();
    for (const { reject } of this.#waiters.splice(0)) reject(notDurable());
  }

  /** What is recorded from now on goes to a new segment. @returns its number. */
  cut(): number {
    this.#nextSegment();
    this.#bytes = 0;
    return this.#segment;
  }

  /** Has `write` put frames into the log. They are flushed soon. */
  record(write: (frames: FrameBuffer) => void): void {
    if (!this.#isRecording) return;
    const before = this.#frames.length;
    write(this.#frames);
    const added = this.#frames.length - before;
    this.#bytes += added;
    this.#segmentBytes += added;
    if (this.#segmentBytes > SEGMENT_BYTES) this.#nextSegment();
    this.#timer ??= setTimeout(() => this.#onTimer(), FLUSH_MS).unref();
    if (this.#waitingBytes() > MOST_WAITING_BYTES) this.#fail(new Error('the disk is too slow'));
  }

  /** Resolves when all that was recorded so far would survive a power cut. @throws AppError `not_durable`. */
  commit(): Promise<void> {
    if (!this.#isRecording) return Promise.reject(notDurable());
    const committed = new Promise<void>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    // Whoever comes in this turn of the event loop shares the flush.
    setImmediate(() => void this.flush());
    return committed;
  }

  /** Hands everything to the system; never rejects. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flushAll().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  async close(): Promise<void> {
    // One that is under way may have begun before the last record.
    await this.flush();
    await this.flush();
    this.#isRecording = false;
    clearTimeout(this.#timer);
    await this.#file?.handle.close();
    this.#file = undefined;
  }

  #nextSegment(): void {
    if (this.#frames.length > 0) this.#pieces.push({ segment: this.#segment, bytes: this.#frames.take() });
    this.#segment += 1;
    this.#segmentBytes = 0;
  }

  #waitingBytes(): number {
    return this.#pieces.reduce((sum, { bytes }) => sum + bytes.length, this.#frames.length);
  }

  // It may come in the middle of a flush, which is then the one that is waited for: the next record needs a timer again.
  #onTimer(): void {
    this.#timer = undefined;
    void this.flush();
  }

  async #flushAll(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    let waiters: Waiter[] = [];
    try {
      while (this.#waitingBytes() + this.#waiters.length > 0) {
        waiters = this.#waiters;
        this.#waiters = [];
        await this.#writeAll();
        if (waiters.length > 0) await this.#file?.handle.datasync();
        for (const { resolve } of waiters) resolve();
      }
    } catch (error) {
      this.#waiters.push(...waiters);
      this.#fail(error);
    }
  }

  async #writeAll(): Promise<void> {
    if (this.#frames.length > 0) this.#pieces.push({ segment: this.#segment, bytes: this.#frames.take() });
    const pieces = this.#pieces;
    this.#pieces = [];
    for (const { segment, bytes } of pieces) {
      const { handle } = await this.#fileOf(segment);
      await handle.writeFile(bytes);
    }
  }

  async #fileOf(segment: number) {
    if (this.#file?.segment === segment) return this.#file;
    // Commits that wait for what is in the old one need it on disk.
    await this.#file?.handle.datasync();
    await this.#file?.handle.close();
    this.#file = undefined;
    this.#file = { segment, handle: await open(this.#folder.segmentPath(segment), 'a') };
    return this.#file;
  }

  #fail(error: unknown): void {
    if (!this.#isRecording) return;
    for (const { reject } of this.#waiters.splice(0)) reject(notDurable(error));
    this.stop();
    this.#onFailure(error);
  }
}

function notDurable(cause?: unknown): AppError {
  const why = cause === undefined ? 'the log is not being written' : messageOf(cause);
  return new AppError('not_durable', `cannot make samples durable: ${why}; a crash would lose them`, {
    cause,
  });
}
