// Every program the demo has started: begun one after the other, watched, and stopped in mirror order.

import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../../src/lib/duration.ts';
import { AppError } from '../../src/lib/errors.ts';
import { type Child, startChild } from './child.ts';
import { freePort, HOST, usualOrFree } from './ports.ts';
import type { Program } from './programs.ts';
import { plain } from './spans.ts';

export interface Troupe {
  /**
   * Starts one program, on other ports when somebody takes its own first, and waits until it is healthy.
   * @returns its ports.
   * @throws AppError `start` with its last lines, or the signal's reason when that aborts.
   */
  start(program: Program, signal: AbortSignal): Promise<readonly number[]>;
  /** Stops what runs, the last one first. */
  stop(): Promise<void>;
  /** Kills what runs, at once. */
  kill(): void;
}

const TRIES = 3;
const READY_MS = 60_000;
const STOP_MS = 5_000;
const LOOK_MS = 50;
const SHOWN_LINES = 8;
const TAKEN = /another program listens there|address already in use/;

/** @param onDeath is told when one of them ends that nobody stopped. */
export function createTroupe(onDeath: (error: AppError) => void): Troupe {
  const running = new Set<Child>();
  let stopping = false;

  async function start(program: Program, signal: AbortSignal): Promise<readonly number[]> {
    for (let tries = 1; ; tries++) {
      const ports = await Promise.all(program.usualPorts.map(tries === 1 ? usualOrFree : freePort));
      const launch = await program.launch(ports);
      signal.throwIfAborted();
      const child = startChild(program.name, launch);
      running.add(child);
      const trouble = await untilReady(child, program, `http://${HOST}:${ports[0]}`, signal);
      if (trouble === undefined) {
        void child.ended.then((how) => stopping || onDeath(ending(child, how)));
        return ports;
      }
      await child.stop(STOP_MS);
      running.delete(child);
      if (tries === TRIES || !child.lines.some((line) => TAKEN.test(line))) throw trouble;
    }
  }

  async function stop(): Promise<void> {
    stopping = true;
    for (const child of [...running].reverse()) {
      await child.stop(STOP_MS);
      running.delete(child);
    }
  }

  function kill(): void {
    for (const child of running) child.kill();
  }

  return { start, stop, kill };
}

/** @returns why it did not become ready, or undefined when it did. */
async function untilReady(
  child: Child,
  { listening, health }: Program,
  url: string,
  signal: AbortSignal,
): Promise<AppError | undefined> {
  const state: { how?: string } = {};
  void child.ended.then((how) => {
    state.how = how;
  });
  const end = performance.now() + READY_MS;
  while (state.how === undefined) {
    // Its own line first: until then another program may be the one that answers there.
    if (child.lines.some((line) => listening.test(line)) && (await answers(url + health))) return undefined;
    if (performance.now() > end) return trouble(child, `was not ready within ${formatDuration(READY_MS)}`);
    await sleep(LOOK_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
  return ending(child, state.how);
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

function ending(child: Child, how: string): AppError {
  return trouble(child, `ended with ${how}`);
}

function trouble(child: Child, what: string): AppError {
  const last = child.lines.slice(-SHOWN_LINES).map((line) => `  ${plain(line)}`);
  return new AppError('start', `${child.name} ${what}; its last lines:\n${last.join('\n') || '  none'}`);
}
