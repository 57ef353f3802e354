// Tells the log that nothing can be taken: when it begins, when its reason changes, every ten minutes, and when it ends.

import { formatAge } from '../../lib/duration.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';

export interface TroubleLog {
  failed(error: unknown): void;
  went(): void;
}

const REPEAT_MS = 600_000;

/** @param clock milliseconds that never jump. */
export function createTroubleLog(log: Logger, clock: () => number): TroubleLog {
  let trouble: { readonly reason: string; readonly since: number; readonly toldAt: number } | undefined;
  return {
    failed(error) {
      const reason = messageOf(error);
      const now = clock();
      if (trouble?.reason === reason && now - trouble.toldAt < REPEAT_MS) return;
      trouble = { reason, since: trouble?.since ?? now, toldAt: now };
      log.error({ reason }, 'cannot take pushed samples; who pushes is told to come back');
    },
    went() {
      if (trouble === undefined) return;
      log.info({ after: formatAge(clock() - trouble.since) }, 'pushed samples are taken again');
      trouble = undefined;
    },
  };
}
