// The end of every queue: label sets → refs, rows → the store, from there to the outbox, and what pushers say of their metrics.

import type { Labels } from '../../model/labels.ts';
import type { AppendResult, Batch, Store } from '../storage/contract.ts';
import type { PushedBatch, PushedFamily, Writer, Written } from './contract.ts';
import type { Outbox } from './outbox/contract.ts';
import { pickRows } from './pick-rows.ts';
import { createRefCache } from './ref-cache.ts';

export interface WriterOptions {
  readonly store: Pick<Store, 'resolve' | 'append'>;
  /** Gets what the store has from then on, and what it had already: whoever pushed it again may not know that it came. */
  readonly outbox?: Pick<Outbox, 'demandRoom' | 'add'> | undefined;
  /** Told what became of a batch. */
  readonly written?: (result: Written) => void;
  /** Told what pushers say of their metrics. */
  readonly described?: (families: ReadonlyMap<string, PushedFamily>) => void;
}

/** A series may be freed again before its rows arrive, when the retention is shorter than a moment. */
const TRIES = 3;

export function createWriter({ store, outbox, written, described }: WriterOptions): Writer {
  const refs = createRefCache();

  async function resolve(labels: readonly Labels[]): Promise<Uint32Array> {
    const found = new Uint32Array(labels.length);
    const missing: number[] = [];
    for (let i = 0; i < labels.length; i += 1) {
      const ref = refs.get(labels[i] as Labels);
      if (ref === undefined) missing.push(i);
      else found[i] = ref;
    }
    if (missing.length === 0) return found;
    const made = await store.resolve(
      missing.map((row) => labels[row] as Labels),
      { durable: true },
    );
    missing.forEach((row, i) => {
      found[row] = made[i] as number;
      refs.set(labels[row] as Labels, made[i] as number);
    });
    return found;
  }

  async function append(batch: PushedBatch, sum: Sum): Promise<void> {
    let rest = batch;
    for (let left = TRIES; left > 0 && rest.values.length > 0; left -= 1) {
      const result = await store.append(await rowsOf(rest), { durable: true });
      add(sum, result);
      await outbox?.add(withoutRows(rest, [...result.leftOut, ...result.unknown]));
      rest = pickRows(rest, result.unknown);
      for (const labels of rest.labels) refs.forget(labels);
    }
    // Whatever is freed as soon as it is made has expired.
    sum.outOfBounds += rest.values.length;
  }

  async function rowsOf({ labels, times, values, stale }: PushedBatch): Promise<Batch> {
    return { refs: await resolve(labels), times, values, stale };
  }

  return async (batch) => {
    const sum = { appended: 0, duplicates: 0, conflicts: 0, outOfBounds: 0 };
    outbox?.demandRoom();
    if (batch.values.length > 0) await append(batch, sum);
    if (batch.families.size > 0) described?.(batch.families);
    written?.(sum);
    return sum;
  };
}

type Sum = { -readonly [Name in keyof Written]: number };

function add(sum: Sum, { appended, duplicates, conflicts, outOfBounds }: AppendResult): void {
  sum.appended += appended;
  sum.duplicates += duplicates;
  sum.conflicts += conflicts;
  sum.outOfBounds += outOfBounds;
}

function withoutRows(batch: PushedBatch, rows: readonly number[]): PushedBatch {
  if (rows.length === 0) return batch;
  const out = new Set(rows);
  return pickRows(
    batch,
    Array.from(batch.values.keys()).filter((row) => !out.has(row)),
  );
}
