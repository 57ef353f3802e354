// A batch → packs: pieces that are leased, handed over and forgotten as one.

import type { Labels } from '../../../model/labels.ts';
import type { PushedBatch, PushedFamily } from '../contract.ts';
import { pickRows } from '../pick-rows.ts';

/** Of one pack, at most. */
export const PACK_SAMPLES = 1000;
/** Characters of one answer: a lease ends when it has about so many. */
export const LEASE_TEXT = 64 * 2 ** 20;
/** Characters that one pack is as text, at most. */
const PACK_TEXT = 4 * 2 ** 20;
/** Of one series. In the text it stands before every sample: some megabytes that were pushed would become gigabytes. */
const SERIES_TEXT = 300_000;
/** A value, a time, and what stands between labels. */
const LINE_TEXT = 50;
const LABEL_TEXT = 4;

export interface Packs {
  readonly packs: readonly PushedBatch[];
  /** Samples whose labels are too long to be handed over. */
  readonly tooLong: number;
}

/** In their order, without stale markers; of a batch that has nothing else, none. */
export function packsOf(batch: PushedBatch): Packs {
  const packs: PushedBatch[] = [];
  const lengthOf = textLengths();
  let tooLong = 0;
  let rows: number[] = [];
  let text = 0;
  for (const [row, labels] of batch.labels.entries()) {
    if (batch.stale[row] === 1) continue;
    const length = lengthOf(labels);
    if (length > SERIES_TEXT) {
      tooLong += 1;
      continue;
    }
    if (rows.length >= PACK_SAMPLES || text + length > PACK_TEXT) {
      packs.push(packOf(batch, rows));
      rows = [];
      text = 0;
    }
    rows.push(row);
    text += length;
  }
  if (rows.length > 0) packs.push(packOf(batch, rows));
  return { packs, tooLong };
}

/** About how many characters it is as text. */
export function textOf({ labels }: PushedBatch): number {
  const lengthOf = textLengths();
  return labels.reduce((sum, set) => sum + lengthOf(set), 0);
}

function packOf(batch: PushedBatch, rows: readonly number[]): PushedBatch {
  const pack = rows.length === batch.values.length ? batch : pickRows(batch, rows);
  return { ...pack, families: familiesOf(pack) };
}

function familiesOf({ labels, families }: PushedBatch): Map<string, PushedFamily> {
  const own = new Map<string, PushedFamily>();
  for (const { __name__: name = '' } of families.size > 0 ? new Set(labels) : []) {
    const family = families.get(name);
    if (family !== undefined) own.set(name, family);
  }
  return own;
}

/** Of the line of a sample; each label set is measured once. */
function textLengths(): (labels: Labels) => number {
  const known = new Map<Labels, number>();
  return (labels) => {
    const length = known.get(labels) ?? textLength(labels);
    known.set(labels, length);
    return length;
  };
}

function textLength(labels: Labels): number {
  let length = LINE_TEXT;
  for (const name in labels) length += name.length + (labels[name] as string).length + LABEL_TEXT;
  return length;
}
