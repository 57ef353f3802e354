// One pretend client: round after round, each when it is due.

import type { Door, DoorName } from '../push/doors.ts';
import { type Metric, pack } from '../push/pack.ts';
import { type Delivering, deliver } from './deliver.ts';
import type { NextRound } from './series.ts';
import type { Tally } from './tally.ts';

export interface ClientOptions {
  readonly doorName: DoorName;
  readonly door: Door;
  readonly nextRound: NextRound;
  /** Metrics in a request. */
  readonly batch: number;
  /** Milliseconds. */
  readonly interval: number;
  readonly delivering: Delivering;
  /** No round is begun from then on. */
  readonly ending: AbortSignal;
  readonly tally: Tally;
  /** Told when samples were lost. */
  onLost(): void;
}

// It makes up for a short break, and leaves out what a long one has missed.
const MOST_BEHIND_MS = 1000;

/** Goes on until it is told to end, and then ends the round that it is in. */
export async function runClient({ interval, ending, tally, ...options }: ClientOptions): Promise<void> {
  const { clock } = options.delivering;
  let due = clock.now();
  while (!ending.aborted) {
    await pushRound(options.nextRound(Date.now()), tally, options);
    due += interval;
    const behind = clock.now() - due;
    if (behind > Math.max(interval, MOST_BEHIND_MS)) {
      const missed = Math.floor(behind / interval);
      tally.missed += missed;
      due += missed * interval;
    }
    // Also when it is late: others want a turn.
    await clock.sleep(Math.max(0, due - clock.now()), ending);
  }
}

type Pushing = Pick<ClientOptions, 'doorName' | 'door' | 'batch' | 'delivering' | 'onLost'>;

async function pushRound(round: readonly Metric[], tally: Tally, options: Pushing): Promise<void> {
  const { doorName, door, batch, delivering, onLost } = options;
  for (let from = 0; from < round.length && !delivering.breaking.aborted; from += batch) {
    const parcel = pack(doorName, round.slice(from, from + batch));
    if (await deliver(door, parcel, delivering)) continue;
    tally.lost += parcel.samples;
    onLost();
  }
}
