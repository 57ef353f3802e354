// Reads back what a store left on disk: its newest snapshot, and what the log has since then.

import { type Damage, type Frame, readFrames } from '../../../../lib/frames.ts';
import type { Labels } from '../../../../model/labels.ts';
import type { Batch, SeriesRef } from '../../contract.ts';
import type { Readable } from '../select.ts';
import { LAST_TIME, NO_TURN, slotAndTurn } from '../series-rows.ts';
import { type Folder, readWhole } from './folder.ts';
import {
  CHUNKS,
  type NamedSeries,
  ROWS,
  readChunks,
  readRows,
  readSeries,
  readSlabList,
  readTurns,
  SERIES,
  SLABS,
  TURNS,
} from './records.ts';
import { isPart, type Part } from './snapshot.ts';

/** What could not be read, a line each, and which slabs are whole on disk. */
export interface Loaded {
  readonly warnings: readonly string[];
  readonly slabs: ReadonlySet<number>;
  /** Larger than every number in the folder. */
  readonly nextNumber: number;
}

/** Fills an empty store. `breathe` is awaited between pieces. */
export async function load(folder: Folder, store: Readable, breathe: () => Promise<void>): Promise<Loaded> {
  const loading = new Loading(folder, store, breathe);
  const [snapshot = 0] = await folder.snapshots();
  if (snapshot > 0) await loading.readSnapshot(snapshot);
  const segments = await folder.segments();
  for (const segment of segments.filter((number) => number >= snapshot)) {
    await loading.readSegment(segment, segment === segments.at(-1));
  }
  return loading.result(Math.max(snapshot, segments.at(-1) ?? 0) + 1);
}

class Loading {
  readonly #folder: Folder;
  readonly #store: Readable;
  readonly #breathe: () => Promise<void>;
  readonly #warnings: string[] = [];
  readonly #slabs = new Set<number>();
  /** The refs of what is read, as they are now. */
  readonly #refs = new Map<SeriesRef, SeriesRef>();
  #lostRows = 0;

  constructor(folder: Folder, store: Readable, breathe: () => Promise<void>) {
    this.#folder = folder;
    this.#store = store;
    this.#breathe = breathe;
  }

  result(nextNumber: number): Loaded {
    const warnings = [...this.#warnings];
    if (this.#lostRows > 0) {
      warnings.push(
        `${this.#lostRows} samples belong to series whose labels could not be read; they are lost`,
      );
    }
    return { warnings, slabs: this.#slabs, nextNumber };
  }

  // Not in the order of writing: rows need their series, and pages must find what of them was sealed meanwhile.
  async readSnapshot(number: number): Promise<void> {
    const { rows, samples } = this.#store;
    const files = await this.#folder.snapshotFiles(number);
    let slabs: readonly number[] | undefined;
    let turns: Uint16Array | undefined;
    await this.#readPart(files, 'list', ({ type, payload }) => {
      if (type === SLABS) slabs = readSlabList(payload);
      else if (type === TURNS) turns = readTurns(payload);
    });
    const series: NamedSeries[] = [];
    await this.#readPart(files, 'series', ({ payload }) => series.push(...readSeries(payload)));
    rows.restore(turns ?? turnsOf(series));
    for (const [ref, labels] of series) this.#revive(ref, labels);
    rows.reuseEnded();
    for (const id of slabs ?? (await this.#folder.slabs())) await this.#readSlab(id);
    await this.#readOpenSlab(files);
    samples.chunks.slabs.dropAllEmpty();
    await this.#readPart(files, 'pages', ({ payload }) => this.#appendRows(readRows(payload)));
  }

  async readSegment(number: number, isLast: boolean): Promise<void> {
    await this.#readFile(this.#folder.segmentPath(number), isLast, ({ type, payload }) => {
      if (type === SERIES) this.#resolveSeries(payload);
      else if (type === ROWS) this.#appendRows(readRows(payload));
    });
  }

  async #readPart(files: readonly string[], part: Part, take: (frame: Frame) => void): Promise<void> {
    for (const file of files.filter((path) => isPart(path, part))) await this.#readFile(file, false, take);
  }

  /** @param mayBeTorn the writer may have died in the midst of it, which is no damage. */
  async #readFile(path: string, mayBeTorn: boolean, take: (frame: Frame) => void): Promise<boolean> {
    const bytes = await readWhole(path);
    await this.#breathe();
    if (bytes === undefined) {
      this.#warnings.push(`${path} is missing; what was in it is lost`);
      return false;
    }
    let isWhole = true;
    const damaged = ({ lostBytes, tornBytes }: Damage) => {
      const lost = lostBytes + (mayBeTorn ? 0 : tornBytes);
      isWhole = lost === 0;
      if (!isWhole)
        this.#warnings.push(
          `${path} is damaged: ${lost} of ${bytes.length} bytes are lost, the rest is kept`,
        );
    };
    for (const frame of readFrames(bytes, damaged)) take(frame);
    await this.#breathe();
    return isWhole;
  }

  #revive(ref: SeriesRef, labels: Labels): void {
    const { index, rows } = this.#store;
    const slot = index.revive(ref, labels);
    if (slot >= 0) this.#refs.set(ref, rows.refOf(slot));
  }

  #resolveSeries(payload: Uint8Array): void {
    const { index, rows } = this.#store;
    for (const [ref, labels] of readSeries(payload)) {
      const known = index.find(labels);
      this.#refs.set(ref, rows.refOf(known >= 0 ? known : index.create(labels, false)));
    }
  }

  async #readSlab(id: number): Promise<void> {
    const pieces: ChunkPiece[] = [];
    const isWhole = await this.#readFile(this.#folder.slabPath(id), false, ({ type, payload }) => {
      if (type === CHUNKS) pieces.push(readChunks(payload));
    });
    if (isWhole) this.#slabs.add(id);
    if (pieces.length > 0) this.#claim(id, pieces, false);
  }

  async #readOpenSlab(files: readonly string[]): Promise<void> {
    const pieces: ChunkPiece[] = [];
    await this.#readPart(files, 'chunks', ({ payload }) => pieces.push(readChunks(payload)));
    const [first] = pieces;
    if (first !== undefined) this.#claim(first.slab, pieces, true);
  }

  #claim(id: number, pieces: readonly ChunkPiece[], isOpen: boolean): void {
    const { rows, samples } = this.#store;
    for (const address of samples.chunks.slabs.restore(id, pieces, isOpen)) {
      const ref = samples.chunks.seriesOf(address);
      const slot = this.#refs.has(ref) ? rows.slotOf(ref) : -1;
      if (slot >= 0) samples.claim(slot, address);
    }
  }

  // All were judged when they came; those that are here already are told from the others by their times.
  #appendRows({ refs, times, values, stale }: Batch): void {
    const { rows, samples } = this.#store;
    for (let i = 0; i < refs.length; i += 1) {
      const ref = this.#refs.get(refs[i] as number);
      const slot = ref === undefined ? -1 : rows.slotOf(ref);
      if (slot < 0) this.#lostRows += 1;
      else samples.append(slot, times[i] as number, values[i] as number, stale[i] === 1);
    }
  }
}

type ChunkPiece = ReturnType<typeof readChunks>;

// Only when the list of a snapshot is lost: no row that is not known is ever used again, for chunks may name its series.
function turnsOf(series: readonly NamedSeries[]): Uint16Array {
  const last = series.reduce((most, [ref]) => Math.max(most, slotAndTurn(ref).slot), -1);
  const turns = new Uint16Array(last + 1).fill(NO_TURN);
  for (const [ref] of series) turns[slotAndTurn(ref).slot] = slotAndTurn(ref).turn + 1;
  return turns;
}

/** The newest time in a store. */
export function newestOf({ rows }: Readable): number {
  let newest = Number.NEGATIVE_INFINITY;
  for (let slot = 0; slot < rows.limit; slot += 1) {
    if (rows.isAlive(slot)) newest = Math.max(newest, rows.double(slot, LAST_TIME));
  }
  return newest;
}
