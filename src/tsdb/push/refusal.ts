// Why a door takes nothing of what was pushed, in words that every door can turn into its own answer.

import { AppError } from '../../lib/errors.ts';

/**
 * `unauthorized`: nobody that may push here · `unsupported`: a type, encoding or version not spoken here · `bad_data`: a faulty batch, never to be sent again as it is ·
 * `limited`: too much for now · `too_large`: more than there can ever be room for · `too_many_series`: the client has
 * as many as it may have · `overloaded`: we, the queue or the store cannot take it now.
 */
export const REFUSALS = [
  'unauthorized',
  'unsupported',
  'bad_data',
  'limited',
  'too_large',
  'too_many_series',
  'overloaded',
] as const;

export type RefusalReason = (typeof REFUSALS)[number];

/** What a client may have a second, and what of it was left when it was refused. */
export interface Quota {
  readonly perSecond: number;
  readonly remaining: number;
}

export interface RefusalDetails extends ErrorOptions {
  /** Milliseconds after which it is worth asking again: of `limited` and `overloaded`. */
  readonly retryAfterMs?: number;
  /** Of `limited` by a rate. */
  readonly quota?: Quota;
}

/** Nothing of the batch was taken. */
export class Refusal extends AppError<RefusalReason> {
  readonly retryAfterMs: number | undefined;
  readonly quota: Quota | undefined;

  constructor(reason: RefusalReason, message: string, { retryAfterMs, quota, cause }: RefusalDetails = {}) {
    super(reason, message, { cause });
    this.retryAfterMs = retryAfterMs;
    this.quota = quota;
  }
}
