// The road from the doors to the queue: a batch passes every check before anything of it counts.

import { AppError } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';
import type { PushedBatch, Queue } from '../queue/contract.ts';
import { Arrivals } from './arrivals.ts';
import type { ClientState } from './client-table.ts';
import { createEventIds } from './event-ids.ts';
import type { DoorBatch, Intake, Receipt } from './intake.ts';
import { createLimiter, type Visit } from './limiter.ts';
import type { ClientLimits } from './limits.ts';
import type { PushMetrics } from './metrics.ts';
import { Refusal } from './refusal.ts';
import { refuseFuture } from './refuse-future.ts';
import { createSeriesTable, type PushedSeries } from './series-table.ts';
import { createTroubleLog } from './trouble-log.ts';

export interface IntakeOptions {
  readonly queue: Queue;
  readonly limitsOf: (client: string) => ClientLimits;
  /** Requests at once, of all doors. */
  readonly concurrency: number;
  readonly metrics: PushMetrics;
  /** Told why the queue took nothing. */
  readonly log: Logger;
  /** Unix milliseconds, and milliseconds that never jump. */
  readonly now?: () => number;
  readonly clock?: () => number;
}

/** A batch that may go to the queue, and the series of its rows. */
interface Judged {
  readonly pushed: PushedBatch;
  readonly rows: readonly PushedSeries[];
}

/** Of all clients together. A series takes about half a kilobyte here, a long one as many places as it is kilobytes. */
const MOST_SERIES = 500_000;
const SERIES_IDLE_MS = 60 * 60_000;
const SOON_MS = 1000;

export interface OpenIntake extends Intake {
  /** Series of the client that are remembered, because they are pushed still. */
  seriesOf(client: string): number;
}

export function openIntake(options: IntakeOptions): OpenIntake {
  const { queue, limitsOf, concurrency, metrics, log } = options;
  const { now = Date.now, clock = () => performance.now() } = options;
  const limiter = createLimiter({ limitsOf, concurrency, clock });
  const series = createSeriesTable({ most: MOST_SERIES, idleMs: SERIES_IDLE_MS });
  const arrivals = new Arrivals();
  const nextIds = createEventIds();
  const trouble = createTroubleLog(log, clock);
  metrics.observe({ clients: () => limiter.clients, series: () => series.size });

  function demandSeries(client: ClientState, places: number): void {
    const isTooMany = () => client.series + places > client.limits.series;
    if (isTooMany()) series.sweep(clock());
    if (isTooMany()) throw tooManySeries(client.limits);
  }

  // Nothing here waits, so two batches cannot come between each other.
  function judge(batch: DoorBatch, visit: Visit): Judged {
    const time = now();
    refuseFuture(batch.times, time);
    const found = series.find(batch.labels, clock());
    const { client } = visit;
    if (found.places > 0) demandSeries(client, found.places);
    arrivals.refuseAhead(batch.times, found.rows, time);
    visit.take(batch.values.length);
    series.add(found.fresh, client, clock());
    const pushed = {
      client: client.name,
      labels: found.rows.map(({ labels }) => labels),
      times: arrivals.timesOf(batch.times, found.rows, time),
      values: batch.values,
      stale: batch.stale,
      families: batch.families,
    };
    return { pushed, rows: found.rows };
  }

  // Series that the queue did not take must not use up the limit: the client may never come with them again.
  async function hand({ pushed, rows }: Judged): Promise<void> {
    let isTaken = false;
    series.hold(rows);
    try {
      await queue.push(pushed);
      isTaken = true;
    } finally {
      series.settle(rows, isTaken);
    }
  }

  async function accept(batch: DoorBatch, visit: Visit): Promise<Receipt> {
    const count = batch.values.length;
    try {
      const judged = judge(batch, visit);
      if (count > 0 || batch.families.size > 0) await hand(judged);
    } catch (error) {
      throw metrics.refusedOf(visit.client.name, asRefusal(error));
    }
    trouble.went();
    metrics.taken(visit.client.name, count);
    return nextIds(now(), count);
  }

  // Whatever keeps the queue from taking it is ours, and the client learns no more of it. Not that nothing was taken: an
  // answer of the queue or the store may have been lost.
  function asRefusal(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    trouble.failed(error);
    const message = isNotFetched(error)
      ? error.message
      : 'the queue or the store cannot take samples now; push them again later';
    return new Refusal('overloaded', message, { retryAfterMs: SOON_MS, cause: error });
  }

  return {
    seriesOf: limiter.seriesOf,
    enter({ client }) {
      const visit = enter(client);
      return { accept: (batch) => accept(batch, visit), leave: visit.leave };
    },
  };

  function enter(client: string): Visit {
    try {
      return limiter.enter(client);
    } catch (error) {
      throw metrics.refusedOf(client, asRefusal(error));
    }
  }
}

// Who pushes may know who should fetch.
function isNotFetched(error: unknown): error is AppError {
  return error instanceof AppError && error.reason === 'not_fetched';
}

function tooManySeries({ series }: ClientLimits): Refusal {
  return new Refusal(
    'too_many_series',
    `cannot add series: the limit of this client is ${series}; nothing was taken`,
  );
}
