// The real thread and real bcrypt.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { hashSync } from 'bcryptjs';
import { afterEach, expect, test } from 'vitest';
import { createPasswordChecker, type PasswordChecker } from '../../src/lib/password-checker.ts';
import { waitFor } from '../helpers/wait-for.ts';

let checker: PasswordChecker;
afterEach(() => checker.close());

/** Threads that were begun since, and how many of them have ended. */
function watchThreads() {
  const seen = { begun: 0, ended: 0 };
  const onWorker = (worker: Worker) => {
    seen.begun += 1;
    worker.on('exit', () => (seen.ended += 1));
  };
  process.on('worker', onWorker);
  return { seen, stop: () => process.removeListener('worker', onWorker) };
}

test.each(['$2a$', '$2b$', '$2y$'])('compares with hashes that begin with %s', async (prefix) => {
  checker = createPasswordChecker();
  const hash = hashSync('grüße 🐴', 4).replace(/^\$2b\$/, prefix);
  expect(await Promise.all([checker.check('grüße 🐴', hash), checker.check('grusse', hash)])).toEqual([
    true,
    false,
  ]);
});

test('a hash that htpasswd made', async () => {
  checker = createPasswordChecker();
  const hash = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi';
  expect(await checker.check('fakepassword', hash)).toBe(true);
});

test('the event loop turns meanwhile', async () => {
  checker = createPasswordChecker();
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  await checker.check('a', hashSync('b', 4).replace('$04$', '$11$'));
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});

test('the thread begins with the first comparison, ends when idle, and begins anew', async () => {
  checker = createPasswordChecker(1);
  const hash = hashSync('a', 4);
  const { seen, stop } = watchThreads();
  expect(await checker.check('a', hash)).toBe(true);
  await waitFor('the thread to end', () => seen.ended === 1);
  expect(await checker.check('a', hash)).toBe(true);
  expect(seen.begun).toBe(2);
  stop();
});

test('a comparison that comes while an idle thread ends is made by the next thread', async () => {
  checker = createPasswordChecker(1);
  const hash = hashSync('a', 4);
  for (let i = 0; i < 30; i += 1) {
    expect(await checker.check('a', hash)).toBe(true);
    await sleep(i % 5);
  }
});

test('what waits when the thread ends fails, and the next comparison works', async () => {
  checker = createPasswordChecker();
  const slow = hashSync('b', 4).replace('$04$', '$15$');
  const lost = expect(checker.check('a', slow)).rejects.toMatchObject({ reason: 'password_checker' });
  await checker.close();
  await lost;
  expect(await checker.check('a', hashSync('a', 4))).toBe(true);
});
