// Samples that can be told from their series and step alone, so that what stands in a database can be judged one by one.

import type { Labels } from '../../../src/model/labels.ts';
import type { PostgresServer } from '../../helpers/postgres.ts';

/** The three ways in. */
export const KINDS = ['json', 'remote write', 'grpc'] as const;
export type Kind = (typeof KINDS)[number];

/** Who pushes one batch after the other, in one way. */
export interface Lane {
  readonly kind: Kind;
  readonly name: string;
}

export interface Sample {
  readonly labels: Labels;
  /** Unix milliseconds, whole seconds: the gRPC door knows no others. */
  readonly time: number;
  /** Undefined: a stale marker. */
  readonly value: number | undefined;
}

const SERIES = 20;
const STEPS = 25;
export const ROWS = SERIES * STEPS;
const STEP_MS = 1000;
/** No sample has it. */
const ANOTHER_VALUE = 42.5;

/** Batch `n` of a lane: the next steps of each of its series. */
export function batchOf(lane: Lane, start: number, n: number): Sample[] {
  return Array.from({ length: ROWS }, (_, row) => {
    const series = row % SERIES;
    const step = n * STEPS + Math.floor(row / SERIES);
    return {
      labels: labelsOf(lane, series),
      time: start + step * STEP_MS,
      value: expectedValue(lane.kind, series, step),
    };
  });
}

/** The same times with another value each. */
export function conflicting(batch: readonly Sample[]): Sample[] {
  return batch.map((sample) => ({ ...sample, value: ANOTHER_VALUE }));
}

function labelsOf({ name }: Lane, series: number): Labels {
  return { __name__: 'pushed', lane: name, series: String(series) };
}

function expectedValue(kind: Kind, series: number, step: number): number | undefined {
  const awkward = [undefined, Number.NaN, -0, Number.POSITIVE_INFINITY];
  if (kind === 'remote write' && step % 50 < awkward.length) return awkward[step % 50];
  return (series * 1_000_003 + step * 7919) / 8 + 0.1 * (step % 10);
}

/** What is wrong with what stands. */
export interface Judgement {
  readonly stored: number;
  readonly missing: number;
  readonly wrong: number;
  readonly extra: number;
}

type Row = { readonly time: number; readonly value: number; readonly stale: boolean };

/** Compares every sample of these lanes, and all there is. @param batches how many of each lane were acknowledged. */
export async function judge(
  postgres: PostgresServer,
  start: number,
  batches: ReadonlyMap<Lane, number>,
): Promise<Judgement> {
  const [all] = await postgres.query<{ count: number }>(
    'SELECT count(*)::float8 AS count FROM mini_tsdb.samples',
  );
  const stored = all?.count ?? 0;
  const sum = { found: 0, missing: 0, wrong: 0 };
  for (const [lane, count] of batches) {
    for (let series = 0; series < SERIES; series += 1) {
      const rows = await rowsOf(postgres, labelsOf(lane, series));
      const byTime = new Map(rows.map((row) => [row.time, row]));
      for (let step = 0; step < count * STEPS; step += 1)
        sum[judgeOne(byTime.get(start + step * STEP_MS), expectedValue(lane.kind, series, step))] += 1;
    }
  }
  const { missing, wrong } = sum;
  return { stored, missing, wrong, extra: stored - sum.found - wrong };
}

function judgeOne(row: Row | undefined, expected: number | undefined): 'found' | 'missing' | 'wrong' {
  if (row === undefined) return 'missing';
  return isSame(row, expected) ? 'found' : 'wrong';
}

function rowsOf(postgres: PostgresServer, labels: Labels): Promise<Row[]> {
  return postgres.query<Row>(
    `SELECT ms::float8 AS time, value, stale FROM mini_tsdb.samples
      WHERE series = (SELECT id FROM mini_tsdb.series WHERE labels = $1::jsonb)`,
    [JSON.stringify(labels)],
  );
}

function isSame({ value, stale }: Row, expected: number | undefined): boolean {
  return expected === undefined ? stale : !stale && Object.is(value, expected);
}

/** Whether all of a batch stand in the database. */
export async function isStored(postgres: PostgresServer, batch: readonly Sample[]): Promise<boolean> {
  const times = batch.map(({ time }) => time);
  const lane = batch[0]?.labels.lane;
  const [found] = await postgres.query<{ count: number }>(
    `SELECT count(*)::float8 AS count FROM mini_tsdb.samples
      WHERE series IN (SELECT id FROM mini_tsdb.series WHERE labels @> jsonb_build_object('lane', $1::text))
        AND ms BETWEEN $2 AND $3`,
    [lane, Math.min(...times), Math.max(...times)],
  );
  return found?.count === batch.length;
}
