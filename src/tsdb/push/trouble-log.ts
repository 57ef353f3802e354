// Tells the log that nothing can be taken: when it begins, when its reason changes, every ten minutes, and when it ends.

import { formatAge } from '../../lib/duration.ts';
import { messageOf } from '../../lib/errors.ts';
import type { Logger } from '../../lib/log.ts';

export interface TroubleLog {
  failed(error: unknown): void;
  went(): void;
}

const REPEAT_MS = 600_000;
/** What fails for some batches and goes for those between them begins and ends with each. */
const PAUSE_MS = 10_000;

/** @param clock milliseconds that never jump. */
export function createTroubleLog(log: Logger, clock: () => number): TroubleLog {
  let trouble: { readonly since: number; told: string | undefined } | undefined;
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    failed(error) {
      const reason = messageOf(error);
      const kind = kindOf(reason);
      const now = clock();
      trouble ??= { since: now, told: undefined };
      if (now - toldAt < (trouble.told === kind ? REPEAT_MS : PAUSE_MS)) return;
      trouble.told = kind;
      toldAt = now;
      log.error({ reason }, 'cannot take pushed samples; who pushes is told to come back');
    },
    went() {
      if (trouble === undefined) return;
      const { since, told } = trouble;
      trouble = undefined;
      if (told !== undefined)
        log.info({ after: formatAge(clock() - since) }, 'pushed samples are taken again');
    },
  };
}

// How many samples a batch has is no other reason.
function kindOf(reason: string): string {
  return reason.replaceAll(/\d+/g, '0');
}
