// What one lease of the outbox has gathered so far.

import type { PushedBatch } from '../contract.ts';
import { decodeBatch } from '../decode-batch.ts';
import { LEASE_TEXT, PACK_SAMPLES, textOf } from '../outbox/packs.ts';

/** Entries of one read. Each may be some megabytes. */
const READ = 16;

interface Taken {
  readonly id: string;
  readonly batch: PushedBatch;
}

export class Gathered {
  readonly entries: Taken[] = [];
  readonly #most: number;
  #samples = 0;
  #text = 0;

  constructor(mostSamples: number) {
    this.#most = mostSamples;
  }

  get samples(): number {
    return this.#samples;
  }

  /** How many more entries may be read, whatever they hold. */
  get room(): number {
    if (this.#text >= LEASE_TEXT) return 0;
    return Math.min(READ, Math.floor((this.#most - this.#samples) / PACK_SAMPLES));
  }

  add(id: string, bytes: Buffer): void {
    const batch = decodeBatch(bytes);
    this.entries.push({ id, batch });
    this.#samples += batch.values.length;
    this.#text += textOf(batch);
  }
}
