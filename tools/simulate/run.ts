// One run of the simulator: its clients, what they tell, and how it ends.

import { formatAge } from '../../src/lib/duration.ts';
import { DOOR_FACTS, type Door } from '../push/doors.ts';
import { openGrpcDoor } from '../push/grpc-door.ts';
import { openHttpDoor } from '../push/http-door.ts';
import { readTokens } from '../push/tokens.ts';
import { runClient } from './client.ts';
import { REAL_CLOCK } from './clock.ts';
import type { Delivering } from './deliver.ts';
import type { SimulateFlags } from './flags.ts';
import { type Output, showProgress } from './progress.ts';
import { createSeries } from './series.ts';
import { count, createTally, type Tally } from './tally.ts';
import { createTroubleTeller, type TroubleTeller } from './trouble.ts';
import { healedLine, progressLine, summaryLines, troubleLine } from './words.ts';

// For what is under way when it is stopped.
const GRACE_MS = 3000;

/**
 * @param asked to end, by a person.
 * @returns the exit code: 0 when nothing was lost, else 1.
 * @throws AppError `flags`
 */
export async function runSimulation(
  flags: SimulateFlags,
  output: Output,
  asked: AbortSignal,
): Promise<number> {
  const tokenOf = await readTokens('simulate', flags['token-file'], 'simulator');
  const doors = Array.from({ length: flags.clients }, (_, i) => openDoor(flags, tokenOf(i + 1)));
  const url = doors[0]?.url ?? '';
  const tally = createTally(REAL_CLOCK.now());
  const progress = showProgress(output, rateLine(tally));
  const teller = createTroubleTeller(progress.say, (forMs) => healedLine(url, forMs), REAL_CLOCK.now);
  const ending = createEnding(flags, asked);
  const onLost = () => {
    if (REAL_CLOCK.now() - tally.lastTakenAt >= flags.patience && ending.giveUp())
      progress.say(`gave up: nothing was taken for ${formatAge(REAL_CLOCK.now() - tally.lastTakenAt)}`);
  };
  progress.say(startLine(flags, url));
  const delivering = {
    clock: REAL_CLOCK,
    patience: flags.patience,
    breaking: ending.breaking,
    onAnswer: answering(flags, url, tally, teller),
  };
  const { batch, interval, door: doorName } = flags;
  const shared = { doorName, batch, interval, tally, delivering, ending: ending.ending, onLost };
  const series = { ...flags, hasTimes: doorName !== 'grpc' };
  await Promise.all(
    doors.map((door, i) => runClient({ ...shared, door, nextRound: createSeries(i + 1, series) })),
  );
  ending.close();
  await Promise.all(doors.map((door) => door.close()));
  progress.close();
  for (const line of summaryLines(tally, url, REAL_CLOCK.now())) output.write(`${line}\n`);
  return tally.lost === 0 ? 0 : 1;
}

function openDoor({ door, url, grpc }: SimulateFlags, token: string): Door {
  return door === 'grpc' ? openGrpcDoor(grpc, token) : openHttpDoor(url, door, token);
}

function answering(
  { door }: SimulateFlags,
  url: string,
  tally: Tally,
  teller: TroubleTeller,
): Delivering['onAnswer'] {
  return (answer, samples, startedAt, waitMs) => {
    count(tally, answer, samples, startedAt, REAL_CLOCK.now());
    if (waitMs !== undefined) tally.retries += 1;
    if (answer.fate === 'taken') teller.taken();
    else teller.met(answer, () => troubleLine(door, url, answer, waitMs));
  };
}

interface Ending {
  readonly ending: AbortSignal;
  readonly breaking: AbortSignal;
  /** At once. @returns whether that is new. */
  giveUp(): boolean;
  close(): void;
}

/** Ends when its time is over, or when it is asked to: then what is under way gets only a moment. */
function createEnding({ duration }: SimulateFlags, asked: AbortSignal): Ending {
  const ending = new AbortController();
  const breaking = new AbortController();
  const timers: NodeJS.Timeout[] = [];
  const end = () => ending.abort();
  const stop = () => {
    end();
    timers.push(setTimeout(() => breaking.abort(), GRACE_MS));
  };
  if (duration !== undefined) timers.push(setTimeout(end, duration));
  if (asked.aborted) stop();
  else asked.addEventListener('abort', stop);
  return {
    ending: ending.signal,
    breaking: breaking.signal,
    giveUp() {
      const isNew = !breaking.signal.aborted;
      end();
      breaking.abort();
      return isNew;
    },
    close: () => timers.forEach(clearTimeout),
  };
}

function rateLine(tally: Tally): (periodMs: number) => string {
  let before = 0;
  return (periodMs) => {
    const rate = (tally.samples - before) / (periodMs / 1000);
    before = tally.samples;
    return progressLine(tally, rate, REAL_CLOCK.now());
  };
}

function startLine(flags: SimulateFlags, url: string): string {
  const { clients, metrics, interval, door, shape, batch } = flags;
  const who = clients === 1 ? '1 client' : `${clients} clients`;
  const requests = batch < metrics ? `, ${batch} a request` : '';
  return `pushing ${metrics} metrics (${shape}) every ${formatAge(interval)} as ${who}${requests} to ${url} (${DOOR_FACTS[door].title})`;
}
