// One run of the demo: what is started is stopped, what is written is removed, however it ends.

import { inspect } from 'node:util';
import { AppError } from '../../src/lib/errors.ts';
import { startCast } from './cast.ts';
import type { Scene } from './screen.ts';
import { openShow, type Show } from './show.ts';
import { createStopping, type Stopping } from './stop-signal.ts';
import { story } from './story.ts';
import { type Summary, summarize } from './summary.ts';
import { playTour } from './tour.ts';
import { createTroupe, type Troupe } from './troupe.ts';
import { makeWorkspace, type Workspace } from './workspace.ts';

const STEP_MS = 120_000;
const LINGER_MS = 2_000;

/** @returns the exit code: of a tour 0 when all held; else 0 when somebody ended it, 1 when something failed. */
export async function runDemo(tour: boolean): Promise<number> {
  const stopping = createStopping();
  const workspace = makeWorkspace();
  const troupe = createTroupe(stopping.stop);
  // For a crash that gets past the orderly end below.
  process.once('exit', () => {
    troupe.kill();
    workspace.remove();
  });
  try {
    return await perform(tour, stopping, workspace, troupe);
  } catch (error) {
    return ended(stopping.signal.aborted ? stopping.signal.reason : error, tour);
  } finally {
    await troupe.stop();
    workspace.remove();
  }
}

/** Says why it ended before its time. A defect of ours shows where it is. */
function ended(reason: unknown, tour: boolean): number {
  if (!(reason instanceof AppError) || reason.reason !== 'asked') {
    console.error(`the demo failed: ${reason instanceof AppError ? reason.message : inspect(reason)}`);
    return 1;
  }
  console.log(`${tour ? 'the tour was cut short' : 'the demo ends'}: ${reason.message}`);
  return tour ? 1 : 0;
}

async function perform(
  tour: boolean,
  stopping: Stopping,
  workspace: Workspace,
  troupe: Troupe,
): Promise<number> {
  const { signal } = stopping;
  const cast = await startCast(troupe, workspace, (line) => console.log(line), signal);
  const show = openShow(cast, workspace.targetsFile, stopping, tour);
  process.once('exit', show.close);
  try {
    if (!tour) for (;;) await show.look();
    const { lines, held } = await guide(show, cast, signal);
    show.close();
    for (const line of lines) console.log(line);
    return held ? 0 : 1;
  } finally {
    show.close();
  }
}

async function guide(show: Show, cast: Omit<Scene, 'keys'>, signal: AbortSignal): Promise<Summary> {
  const hasPrometheus = cast.prometheus !== undefined;
  const steps = story(hasPrometheus);
  const results = await playTour(steps, {
    look: show.look,
    act: async (action) => {
      signal.throwIfAborted();
      await show.act(action);
    },
    announce: show.announce,
    now: () => performance.now(),
    server: hasPrometheus ? 'Prometheus' : 'mini-tsdb',
    stepMs: STEP_MS,
    lingerMs: show.isScreen ? LINGER_MS : 0,
  });
  const seenBy = hasPrometheus ? `Prometheus ${cast.prometheus} and mini-tsdb` : 'mini-tsdb';
  return summarize(results, steps.length, seenBy);
}
