// When to poll: at once, then every interval with jitter, never two passes at a time, sooner when asked.

import { AppError } from '../lib/errors.ts';
import type { Clock, Moment } from './moment.ts';
import { afterPass, failureOf, initialStatus, type PassResult, type Status } from './status.ts';
import type { Outcome } from './sync.ts';

/** A pass that takes longer than its deadline by this much hangs (a dead network file system, say). Milliseconds. */
const HANG_MS = 60_000;
/** How far a Retry-After may postpone the next poll. */
const MAX_POSTPONED_INTERVALS = 10;
/** Replicas that were started together do not stay together. */
const JITTER = 0.1;

export interface PollerOptions {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** One pass; it may throw. */
  readonly pass: (signal: AbortSignal) => Promise<Outcome>;
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Told of each pass when its status stands. */
  readonly onResult: (result: PassResult, milliseconds: number) => void;
}

export interface Poller {
  readonly status: Status;
  /** When the next poll is due; `postponed` when the inventory asked to be left alone until then. */
  readonly next: { readonly at: Moment; readonly postponed: boolean };
  /** Whether the loop turns: a pass may wait for the inventory, but not hang beyond its deadline. */
  isAlive(): boolean;
  /** Polls as soon as no pass runs. @returns the result of a pass that began after the call. */
  pollNow(): Promise<PassResult>;
  /** Does something else while no pass runs, and lets no pass begin meanwhile. */
  between<T>(task: () => Promise<T>): Promise<T>;
  /** Polls until the signal aborts; the pass under way is given up. */
  run(signal: AbortSignal): Promise<void>;
}

type Asker = (result: PassResult) => void;

const STOPPED = failureOf(new AppError('stopped', 'cannot poll: the sidecar is stopping'));

function answerAll(askers: readonly Asker[], result: PassResult): void {
  for (const answer of askers) answer(result);
}

/** Makes the loop; `run` starts it. */
export function createPoller(options: PollerOptions): Poller {
  const { clock } = options;
  let status = initialStatus(clock());
  let next = { at: clock(), postponed: false };
  let aliveUntil = Number.POSITIVE_INFINITY;
  const asked: Asker[] = [];
  let isOver = false;
  let wake = () => {};
  let last: Promise<unknown> = Promise.resolve();

  function oneAtATime<T>(task: () => Promise<T>): Promise<T> {
    const done = last.then(task);
    last = done.catch(() => {});
    return done;
  }

  async function onePass(signal: AbortSignal): Promise<void> {
    const askers = asked.splice(0);
    const began = clock();
    aliveUntil = began.mono + options.timeoutMs + HANG_MS;
    const result = await oneAtATime(() => options.pass(signal)).catch(failureOf);
    if (signal.aborted) return answerAll(askers, STOPPED);
    const ended = clock();
    status = afterPass(status, result, began, ended);
    next = schedule(began, ended, result);
    options.onResult(result, ended.mono - began.mono);
    answerAll(askers, result);
  }

  function schedule(began: Moment, ended: Moment, result: PassResult): Poller['next'] {
    const jittered = options.intervalMs * (1 - JITTER + 2 * JITTER * options.random());
    const regular = Math.max(0, began.mono + jittered - ended.mono);
    const wished = result.kind === 'failed' ? (result.retryAfterMs ?? 0) : 0;
    const delay = Math.max(regular, Math.min(wished, MAX_POSTPONED_INTERVALS * options.intervalMs));
    return { at: { wall: ended.wall + delay, mono: ended.mono + delay }, postponed: delay > regular };
  }

  async function waitForNext(signal: AbortSignal): Promise<void> {
    const delay = Math.max(0, next.at.mono - clock().mono);
    aliveUntil = next.at.mono + HANG_MS;
    if (asked.length > 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => wake(), delay);
      wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      signal.addEventListener('abort', wake);
    });
  }

  return {
    get status() {
      return status;
    },
    get next() {
      return next;
    },
    isAlive: () => clock().mono <= aliveUntil,
    between: oneAtATime,
    pollNow: () =>
      new Promise((resolve) => {
        if (isOver) return resolve(STOPPED);
        asked.push(resolve);
        wake();
      }),
    async run(signal) {
      while (!signal.aborted) {
        await onePass(signal);
        await waitForNext(signal);
      }
      isOver = true;
      answerAll(asked, STOPPED);
    },
  };
}
