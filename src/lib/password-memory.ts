// What is known of passwords: those checked before, those being checked now, and how many may wait.

import { createHmac, randomBytes } from 'node:crypto';
import { addressGroup } from './address-group.ts';
import type { PasswordChecker } from './password-checker.ts';
import { createRecent } from './recent.ts';

/** `too_many`: of this address wait · `overloaded`: of all together. */
export type Answer = boolean | 'too_many' | 'overloaded';

export interface PasswordMemory {
  /** @param user makes equal passwords of different users different. */
  matches(user: string, password: string, hash: string, address: string): Promise<Answer>;
}

const LIMITS = { waiting: 32, waitingPerAddress: 4, right: 1000, wrong: 1000 };

/**
 * Remembers by a digest with a key of its own, never the password; wrong ones apart from right ones, which they could
 * push out otherwise. What is asked twice at once is checked once.
 */
export function createPasswordMemory(check: PasswordChecker['check']): PasswordMemory {
  const key = randomBytes(32);
  const right = createRecent(LIMITS.right);
  const wrong = createRecent(LIMITS.wrong);
  const running = new Map<string, Promise<boolean>>();
  const waiting = new Map<string, number>();

  const run = async (digest: string, group: string, password: string, hash: string) => {
    waiting.set(group, (waiting.get(group) ?? 0) + 1);
    try {
      const matches = await check(password, hash);
      (matches ? right : wrong).add(digest);
      return matches;
    } finally {
      running.delete(digest);
      const left = (waiting.get(group) ?? 1) - 1;
      if (left > 0) waiting.set(group, left);
      else waiting.delete(group);
    }
  };

  return {
    async matches(user, password, hash, address) {
      const digest = createHmac('sha256', key)
        .update(JSON.stringify([user, hash, password]))
        .digest('base64');
      if (right.has(digest)) return true;
      if (wrong.has(digest)) return false;
      const now = running.get(digest);
      if (now !== undefined) return now;

      const group = addressGroup(address);
      if ((waiting.get(group) ?? 0) >= LIMITS.waitingPerAddress) return 'too_many';
      if (running.size >= LIMITS.waiting) return 'overloaded';
      const started = run(digest, group, password, hash);
      running.set(digest, started);
      return started;
    },
  };
}
