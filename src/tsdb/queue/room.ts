// The room for samples that wait, of which one client may have half. An empty one takes a batch of any size.

import { AppError } from '../../lib/errors.ts';
import type { PushedBatch } from './contract.ts';

export class Room {
  readonly #most: number;
  readonly #byClient = new Map<string, number>();
  #samples = 0;

  constructor(most: number) {
    this.#most = most;
  }

  get samples(): number {
    return this.#samples;
  }

  /** @throws AppError `overloaded`. */
  take({ client, values }: PushedBatch): void {
    const own = (this.#byClient.get(client) ?? 0) + values.length;
    const isFull = this.#samples + values.length > this.#most || own > this.#most / 2;
    if (isFull && this.#samples > 0)
      throw new AppError('overloaded', `cannot queue samples: ${this.#samples} wait for the store already`);
    this.#count(client, values.length);
  }

  free({ client, values }: PushedBatch): void {
    this.#count(client, -values.length);
  }

  #count(client: string, samples: number): void {
    const own = (this.#byClient.get(client) ?? 0) + samples;
    this.#samples += samples;
    if (own > 0) this.#byClient.set(client, own);
    else this.#byClient.delete(client);
  }
}
