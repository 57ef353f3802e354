// Something that is tried again and again: its failure is logged when it begins and when it ends, not in between.

import { formatDuration } from '../../src/lib/duration.ts';
import { messageOf } from '../../src/lib/errors.ts';
import type { Logger } from '../../src/lib/log.ts';

export interface Trouble {
  /** Why the last try failed; undefined when it did not. */
  reason(): string | undefined;
  failed(error: unknown): void;
  succeeded(): void;
}

/** `began` and `ended` are the two messages. */
export function createTrouble(logger: Logger, began: string, ended: string): Trouble {
  let reason: string | undefined;
  let since = 0;
  return {
    reason: () => reason,
    failed(error) {
      if (reason === undefined) {
        since = performance.now();
        logger.warn({ reason: messageOf(error) }, began);
      }
      reason = messageOf(error);
    },
    succeeded() {
      if (reason === undefined) return;
      reason = undefined;
      logger.info({ after: formatDuration(performance.now() - since) }, ended);
    },
  };
}
