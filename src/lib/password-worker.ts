// The thread in which passwords are compared with bcrypt hashes: each holds a core for a tenth of a second or more.

import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** One comparison to be made, and its result under the same number. */
export interface PasswordJob {
  readonly id: number;
  readonly password: string;
  readonly hash: string;
}

export interface PasswordResult {
  readonly id: number;
  readonly matches: boolean;
}

parentPort?.on('message', ({ id, password, hash }: PasswordJob) => {
  parentPort?.postMessage({ id, matches: compareSync(password, hash) } satisfies PasswordResult);
});
