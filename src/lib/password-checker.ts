// Compares passwords with bcrypt hashes in one worker thread, one after the other. The thread begins with the first
// comparison and ends when none has come for a while, so that an idle program has none.

import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AppError } from './errors.ts';
import type { PasswordJob, PasswordResult } from './password-worker.ts';

export interface PasswordChecker {
  /** @throws AppError `password_checker` when the thread ended before it answered. */
  check(password: string, hash: string): Promise<boolean>;
  /** Ends the thread; what waits fails. */
  close(): Promise<void>;
}

const IDLE_MS = 10_000;
// The sources beside this source, the bundle beside this bundle.
const WORKER = join(import.meta.dirname, `password-worker${extname(import.meta.filename)}`);

export function createPasswordChecker(idleMs = IDLE_MS): PasswordChecker {
  const waiting = new Map<number, PromiseWithResolvers<boolean>>();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let last = 0;

  const abandon = (cause?: unknown) => {
    for (const { reject } of waiting.values()) reject(lost(cause));
    waiting.clear();
  };
  const end = async () => {
    const ending = worker;
    worker = undefined;
    abandon();
    await ending?.terminate();
  };
  const answered = ({ id, matches }: PasswordResult) => {
    waiting.get(id)?.resolve(matches);
    waiting.delete(id);
    if (waiting.size === 0) idle = setTimeout(end, idleMs).unref();
  };
  const begin = () => {
    const begun = startWorker(answered, (cause) => {
      // One that was told to end leaves what waits to the next.
      if (worker !== begun) return;
      worker = undefined;
      abandon(cause);
    });
    return begun;
  };

  return {
    check(password, hash) {
      clearTimeout(idle);
      const job: PasswordJob = { id: ++last, password, hash };
      const result = Promise.withResolvers<boolean>();
      waiting.set(job.id, result);
      worker ??= begin();
      worker.postMessage(job);
      return result.promise;
    },
    close() {
      clearTimeout(idle);
      return end();
    },
  };
}

function startWorker(onResult: (result: PasswordResult) => void, onLost: (cause?: unknown) => void): Worker {
  const worker = new Worker(WORKER, {
    argv: [],
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
  });
  worker.on('message', onResult).on('error', onLost);
  worker.on('exit', () => onLost());
  // A program may end while passwords wait.
  worker.unref();
  return worker;
}

function lost(cause: unknown): AppError {
  return new AppError('password_checker', 'cannot check a password: the thread for it ended', { cause });
}
