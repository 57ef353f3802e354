// An intake that only remembers, and refuses when it is told to.

import type { DoorBatch, Entered, Intake } from '../../src/tsdb/push/intake.ts';
import type { Refusal } from '../../src/tsdb/push/refusal.ts';

export interface FakeIntake extends Intake {
  readonly taken: { readonly batch: DoorBatch; readonly client: string }[];
  /** Calls that have entered and not left. */
  readonly inside: number;
  /** Where the next calls are refused, and by what; undefined: nowhere. */
  refuse: { readonly at: 'enter' | 'accept'; readonly refusal: Refusal | Error } | undefined;
  /** Batches wait for it. */
  hold: Promise<void> | undefined;
}

export function fakeIntake(): FakeIntake {
  let inside = 0;
  let sequence = 0;
  const intake: FakeIntake = {
    taken: [],
    refuse: undefined,
    hold: undefined,
    get inside() {
      return inside;
    },
    enter({ client }): Entered {
      if (intake.refuse?.at === 'enter') throw intake.refuse.refusal;
      inside += 1;
      return {
        async accept(batch) {
          await intake.hold;
          if (intake.refuse !== undefined) throw intake.refuse.refusal;
          intake.taken.push({ batch, client });
          return { ids: Array.from(batch.values, () => `1700000000000-${sequence++}`) };
        },
        leave() {
          inside -= 1;
        },
      };
    },
  };
  return intake;
}
