// What one column says of its targets: pure judgments over a sample.

import type { StatusReport } from '../../src/sidecar/status-report.ts';

export interface Verdict {
  /** `kept`: the inventory is wrong and nothing was lost. `wait`: the list follows the inventory a moment later. */
  readonly kind: 'good' | 'kept' | 'lost' | 'wait';
  readonly text: string;
}

/** The column without a guard: `listed` targets of `sensors` that really run, while the inventory has a fault or not. */
export function unguardedVerdict(listed: number, sensors: number, faulty: boolean): Verdict {
  if (listed < sensors && faulty) {
    const unseen = `${sensors - listed} sensors run on unseen`;
    return { kind: 'lost', text: listed === 0 ? `lost: ${unseen}` : unseen };
  }
  return faulty && listed === sensors
    ? { kind: 'kept', text: 'still lists them all' }
    : following(listed, sensors);
}

/** The column of inventory-sd, in the words of its /status. */
export function guardedVerdict(
  status: StatusReport | undefined,
  listed: number | undefined,
  sensors: number,
  faulty: boolean,
): Verdict {
  if (status === undefined) return { kind: 'wait', text: 'inventory-sd does not answer' };
  if (listed === undefined) return { kind: 'wait', text: status.state };
  const why = reasonOf(status);
  if (why !== undefined) return { kind: 'kept', text: `kept: ${why}` };
  // By a person, or because the loss was small.
  return faulty && listed < sensors
    ? { kind: 'wait', text: `believed: ${sensors - listed} sensors run on unseen` }
    : following(listed, sensors);
}

function following(listed: number, sensors: number): Verdict {
  if (listed < sensors) return { kind: 'wait', text: `${sensors - listed} sensors not listed yet` };
  if (listed > sensors)
    return { kind: 'wait', text: `${listed - sensors} sensors that are gone still listed` };
  return { kind: 'good', text: 'lists them all' };
}

/** Why the list is not followed: the last poll failed, or is held; undefined when all is well. */
function reasonOf({ inventory, held }: StatusReport): string | undefined {
  if (inventory.lastFailure !== null) return failureWords(inventory.lastFailure, inventory.url);
  return held === null ? undefined : heldWords(held);
}

function heldWords({ reason, message, targets, whole }: NonNullable<StatusReport['held']>): string {
  if (reason !== 'shrink') return message;
  return `${targets} the inventory no longer lists${whole ? '; its new ones wait' : ''}`;
}

function failureWords({ reason, message }: { reason: string; message: string }, url: string): string {
  if (reason === 'timeout') return 'the inventory does not answer';
  const answered = /: (\d{3}) from /.exec(message)?.[1] ?? /: it is (.+), not a list/.exec(message)?.[1];
  return answered === undefined
    ? message.replaceAll(url, 'the inventory')
    : `the inventory answered ${answered}`;
}
