// The entries that were read and are not in the store yet, and when each is to be tried again.

import type { PushedBatch } from '../contract.ts';
import { waitMs } from './connection.ts';

export interface Held {
  readonly id: string;
  readonly batch: PushedBatch;
  /** As Redis shall count them, without the one that is being tried. */
  deliveries: number;
  tries: number;
  /** On the clock of the process, as every time here. */
  retryAt: number;
}

/** Samples of one write. */
const TOGETHER = 10_000;

export class HeldEntries {
  readonly #byId = new Map<string, Held>();

  get size(): number {
    return this.#byId.size;
  }

  get ids(): string[] {
    return [...this.#byId.keys()];
  }

  /** When the first of them is to be tried again; Infinity when there is none. */
  get nextTryAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { retryAt } of this.#byId.values()) next = Math.min(next, retryAt);
    return next;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  add(id: string, batch: PushedBatch, deliveries: number): Held {
    const held = { id, batch, deliveries, tries: 0, retryAt: 0 };
    this.#byId.set(id, held);
    return held;
  }

  delete(id: string): void {
    this.#byId.delete(id);
  }

  /** Those that have waited long enough. */
  due(now: number): Held[] {
    return [...this.#byId.values()].filter(({ retryAt }) => retryAt <= now);
  }

  leastTriedBut(held: Held): Held | undefined {
    const others = [...this.#byId.values()].filter((other) => other !== held);
    return others.toSorted((a, b) => a.tries - b.tries)[0];
  }

  /** As if none had been tried. */
  forgetTries(): void {
    for (const held of this.#byId.values()) {
      held.tries = 0;
      held.retryAt = 0;
    }
  }
}

/** Lets them wait, longer each time. @param mostMs the longest wait. */
export function postpone(group: readonly Held[], now: number, mostMs: number): void {
  for (const held of group) {
    held.retryAt = now + waitMs(held.tries + 2, mostMs);
    held.tries += 1;
  }
}

/** In their order, as many in a group as are written together. */
export function groupsOf(all: readonly Held[]): Held[][] {
  const groups: Held[][] = [];
  let samples = Number.POSITIVE_INFINITY;
  for (const held of all) {
    const rows = held.batch.times.length;
    if (samples + rows > TOGETHER) {
      groups.push([]);
      samples = 0;
    }
    groups.at(-1)?.push(held);
    samples += rows;
  }
  return groups;
}
