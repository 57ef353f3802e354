// Everything that ends the demo early, as one abort signal with the reason.

import { AppError } from '../../src/lib/errors.ts';

export interface Stopping {
  readonly signal: AbortSignal;
  /** The first reason counts. `asked` is a person's wish and no failure. */
  stop(reason: Error): void;
}

const PARENT_LOOK_MS = 1_000;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Somebody wants the demo to end. */
export function asked(how: string): AppError<'asked'> {
  return new AppError('asked', how);
}

/** Listens to signals, crashes, and a reader or an npm that went away, for as long as the process lives. */
export function createStopping(): Stopping {
  const controller = new AbortController();
  const stop = (reason: Error) => controller.abort(reason);
  // They stay: a second Ctrl-C must not end the demo before its children have ended.
  for (const name of SIGNALS) process.on(name, () => stop(asked(name)));
  process.on('uncaughtException', stop);
  // Whoever read the output has closed it, or the terminal is gone.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', () => stop(asked('closed output')));
  process.stdin.on('error', () => stop(asked('closed input')));
  if (process.env.npm_lifecycle_event !== undefined) onOrphaned(() => stop(asked('npm has ended')));
  return { signal: controller.signal, stop };
}

// SIGTERM to npm ends npm and its shell, and reaches nobody below them.
function onOrphaned(then: () => void): void {
  const parent = process.ppid;
  setInterval(() => process.ppid !== parent && then(), PARENT_LOOK_MS).unref();
}
