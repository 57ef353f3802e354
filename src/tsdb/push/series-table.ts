// The series that are pushed now: who brought each, and when a sample of it arrived last.

import type { Labels } from '../../model/labels.ts';
import { seriesKey } from '../../model/series-key.ts';
import type { ClientState } from './client-table.ts';
import { createRound } from './round.ts';

export interface PushedSeries {
  /** The same object for as long as the series is remembered. */
  readonly labels: Labels;
  /** The last time of arrival that was given out, Unix milliseconds. */
  arrival: number;
}

export interface SeriesTableOptions {
  /** Places, never more than these; beyond them the series goes that is looked at next. */
  readonly most: number;
  /** A series that was not pushed for so long is forgotten. */
  readonly idleMs: number;
}

/** What a batch would bring, before anything of it counts. */
export interface FoundSeries {
  /** By row. */
  readonly rows: readonly PushedSeries[];
  /** Those that are new, each once. */
  readonly fresh: ReadonlyMap<string, PushedSeries>;
  /** The places that those take: one each, and one more for every 1024 characters of its labels. */
  readonly places: number;
}

export interface SeriesTable {
  readonly size: number;
  /** Changes nothing but what was idle too long. @param now a clock in milliseconds that never jumps. */
  find(labels: readonly Labels[], now: number): FoundSeries;
  /** Remembers what was found to be new just now as the client's. */
  add(fresh: FoundSeries['fresh'], client: ClientState, now: number): void;
  /** To be called when a batch goes to the queue, with its rows. */
  hold(rows: FoundSeries['rows']): void;
  /** To be called once for what was held. Forgets those of which the queue has taken nothing and no batch is under way. */
  settle(rows: FoundSeries['rows'], isTaken: boolean): void;
  /** Forgets all that was idle for too long; at most once in a while, as it looks at everything. */
  sweep(now: number): void;
}

interface Entry extends PushedSeries {
  readonly key: string;
  readonly places: number;
  owner: ClientState | undefined;
  usedAt: number;
  /** Whether the queue has taken a sample of it; until then, in how many rows it is under way there. */
  isKept: boolean;
  held: number;
}

const PLACE_CHARACTERS = 1024;
const LOOKED_AT = 4;
const SWEEP_EVERY_MS = 10_000;

export function createSeriesTable({ most, idleMs }: SeriesTableOptions): SeriesTable {
  const byKey = new Map<string, Entry>();
  const next = createRound(byKey);
  // Doors that know a label set give the same object again, which spares its key.
  const byObject = new WeakMap<Labels, Entry>();
  let taken = 0;
  let sweptAt = Number.NEGATIVE_INFINITY;

  function lookUp(labels: Labels, fresh: Map<string, Entry>, now: number): Entry {
    const key = seriesKey(labels);
    let entry = byKey.get(key) ?? fresh.get(key);
    if (entry === undefined) {
      entry = {
        key,
        labels,
        places: placesOf(key),
        arrival: 0,
        owner: undefined,
        usedAt: now,
        isKept: false,
        held: 0,
      };
      fresh.set(key, entry);
    } else byObject.set(labels, entry);
    return entry;
  }

  function drop(entry: Entry): void {
    byKey.delete(entry.key);
    taken -= entry.places;
    if (entry.owner !== undefined) entry.owner.series -= entry.places;
    entry.owner = undefined;
  }

  function look(now: number): void {
    for (let left = LOOKED_AT; left > 0; left -= 1) {
      const entry = next();
      if (entry !== undefined && now - entry.usedAt > idleMs) drop(entry);
    }
  }

  return {
    get size() {
      return byKey.size;
    },
    find(labels, now) {
      look(now);
      const fresh = new Map<string, Entry>();
      const rows = new Array<Entry>(labels.length);
      for (let i = 0; i < labels.length; i += 1) {
        const set = labels[i] as Labels;
        const known = byObject.get(set);
        const entry = known?.owner === undefined ? lookUp(set, fresh, now) : known;
        entry.usedAt = now;
        rows[i] = entry;
      }
      return { rows, fresh, places: fresh.size === 0 ? 0 : sumOf(fresh) };
    },
    add(fresh, client, now) {
      for (const entry of (fresh as ReadonlyMap<string, Entry>).values()) {
        look(now);
        while (taken + entry.places > most && byKey.size > 0) drop(next() as Entry);
        entry.owner = client;
        client.series += entry.places;
        taken += entry.places;
        byKey.set(entry.key, entry);
        byObject.set(entry.labels, entry);
      }
    },
    hold(rows) {
      for (const entry of rows as readonly Entry[]) if (!entry.isKept) entry.held += 1;
    },
    settle(rows, isTaken) {
      for (const entry of rows as readonly Entry[]) {
        if (isTaken) entry.isKept = true;
        if (entry.isKept) continue;
        entry.held -= 1;
        if (entry.held === 0 && entry.owner !== undefined) drop(entry);
      }
    },
    sweep(now) {
      if (now - sweptAt < SWEEP_EVERY_MS) return;
      sweptAt = now;
      for (const entry of byKey.values()) if (now - entry.usedAt > idleMs) drop(entry);
    },
  };
}

function placesOf(key: string): number {
  return 1 + Math.floor(key.length / PLACE_CHARACTERS);
}

function sumOf(fresh: ReadonlyMap<string, Entry>): number {
  let places = 0;
  for (const entry of fresh.values()) places += entry.places;
  return places;
}
