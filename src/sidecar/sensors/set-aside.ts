// Entries that name no sensor Prometheus could scrape: set aside with a reason, so that the rest goes on.

/** Why an entry, or one target of a group, is set aside. */
export const SET_ASIDE_REASONS = [
  'no_sensor',
  'no_host',
  'bad_host',
  'bad_port',
  'bad_path',
  'bad_scheme',
  'bad_interval',
] as const;
export type SetAsideReason = (typeof SET_ASIDE_REASONS)[number];

export interface SetAside {
  /** Of the entry in the inventory's list, from 0. */
  readonly index: number;
  /** Of the target in the entry's list of targets, from 0; undefined: the entry as a whole. */
  readonly target: number | undefined;
  readonly reason: SetAsideReason;
  /** What is wrong with it, for the operator. */
  readonly message: string;
}

/** Thrown while an entry is read. Not an Error: a list of a million bad entries would pay for a million stacks. */
export class EntryFault {
  readonly reason: SetAsideReason;
  readonly message: string;

  constructor(reason: SetAsideReason, message: string) {
    this.reason = reason;
    this.message = message;
  }
}
