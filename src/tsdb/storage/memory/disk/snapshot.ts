// Writes what is in memory to disk, in pieces between which the store goes on; the log from its number on has the rest.

import { join } from 'node:path';
import { FrameBuffer } from '../../../../lib/frames.ts';
import { Columns } from '../columns.ts';
import { COME_LATE, IN_ORDER, PAGE_SAMPLES } from '../pages.ts';
import type { Readable } from '../select.ts';
import type { Folder } from './folder.ts';
import { writeDurably } from './folder.ts';
import {
  type NamedSeries,
  writeChunks,
  writeRows,
  writeSeries,
  writeSlabList,
  writeTurns,
} from './records.ts';

const FILE_BYTES = 8 * 2 ** 20;
const PIECE_WORDS = 4096;
const SERIES_A_PIECE = 256;

/** Files in the order of their names are read as they were written. */
const PARTS = { series: '1-series', pages: '2-pages', chunks: '3-chunks', list: '4-list' } as const;
export type Part = keyof typeof PARTS;

export function isPart(path: string, part: Part): boolean {
  return path.includes(`/${PARTS[part]}`);
}

/** @returns the slabs it relies on, and its bytes without them. */
export async function writeSnapshot(
  folder: Folder,
  number: number,
  store: Readable,
  written: ReadonlySet<number>,
  breathe: () => Promise<void>,
): Promise<{ readonly slabs: ReadonlySet<number>; readonly bytes: number }> {
  const path = await folder.beginSnapshot(number);
  const files = new SnapshotFiles(path);
  await writeAllSeries(store, files, breathe);
  await writePages(store, files, breathe);
  // At one moment: what was sealed before it is in these slabs, what is sealed after it came from pages written above.
  const { chunks } = store.samples;
  const full = chunks.slabs.full().map(({ id }) => id);
  writeSlab(store, chunks.slabs.open?.id ?? 0, files.frames);
  await files.finish('chunks');
  const slabs = await writeSlabs(folder, store, full, written, breathe);
  writeSlabList(files.frames, [...slabs]);
  // After the chunks: whichever series those name is counted in the turns.
  writeTurns(files.frames, store.rows.turns());
  await files.finish('list');
  await folder.finishSnapshot(number);
  return { slabs, bytes: files.bytes };
}

class SnapshotFiles {
  readonly frames = new FrameBuffer();
  bytes = 0;
  readonly #path: string;
  #count = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Writes a file when there is enough for one. */
  async spill(part: Part): Promise<void> {
    if (this.frames.length >= FILE_BYTES) await this.finish(part);
  }

  async finish(part: Part): Promise<void> {
    if (this.frames.length === 0) return;
    const bytes = this.frames.take();
    this.bytes += bytes.length;
    this.#count += 1;
    await writeDurably(join(this.#path, `${PARTS[part]}-${String(this.#count).padStart(6, '0')}`), bytes);
  }
}

async function writeAllSeries(
  { rows, index }: Readable,
  files: SnapshotFiles,
  breathe: () => Promise<void>,
): Promise<void> {
  let series: NamedSeries[] = [];
  for (let slot = 0; slot < rows.limit; slot += 1) {
    if (rows.isAlive(slot)) series.push([rows.refOf(slot), index.labelsOf(slot)]);
    if (series.length < SERIES_A_PIECE) continue;
    writeSeries(files.frames, series);
    series = [];
    await files.spill('series');
    await breathe();
  }
  writeSeries(files.frames, series);
  await files.finish('series');
}

async function writePages(
  { rows, samples }: Readable,
  files: SnapshotFiles,
  breathe: () => Promise<void>,
): Promise<void> {
  const columns = new Columns(2 * PAGE_SAMPLES);
  for (let slot = 0; slot < rows.limit; slot += 1) {
    if (slot % SERIES_A_PIECE === 0) await breathe();
    if (!rows.isAlive(slot)) continue;
    columns.length = 0;
    for (const kind of [COME_LATE, IN_ORDER]) {
      samples.pages.copy(slot, kind, 0, samples.pages.count(slot, kind), columns);
    }
    if (columns.length > 0) writeRows(files.frames, batchOf(rows.refOf(slot), columns));
    await files.spill('pages');
  }
  await files.finish('pages');
}

function batchOf(ref: number, columns: Columns) {
  const { length, times, values } = columns;
  return {
    refs: new Uint32Array(length).fill(ref),
    times: times.subarray(0, length),
    values: values.subarray(0, length),
    stale: Uint8Array.from({ length }, (_, i) => (columns.isStale(i) ? 1 : 0)),
  };
}

function writeSlab({ samples }: Readable, id: number, frames: FrameBuffer): void {
  for (const { from, blocks } of samples.chunks.slabs.pieces(id, PIECE_WORDS))
    writeChunks(frames, id, from, blocks);
}

/** Full slabs do not change, so each is written once. @returns those that are on disk now. */
async function writeSlabs(
  folder: Folder,
  store: Readable,
  ids: readonly number[],
  written: ReadonlySet<number>,
  breathe: () => Promise<void>,
): Promise<Set<number>> {
  const slabs = new Set<number>();
  for (const id of ids) {
    if (!written.has(id)) {
      const frames = new FrameBuffer();
      writeSlab(store, id, frames);
      // All of it has expired meanwhile.
      if (frames.length === 0) continue;
      await writeDurably(folder.slabPath(id), frames.take());
      await breathe();
    }
    slabs.add(id);
  }
  return slabs;
}
