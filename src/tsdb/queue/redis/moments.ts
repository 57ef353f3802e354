// Moments on the way of an entry into the store, told on a channel of Node's diagnostics: tests crash there.

import { channel } from 'node:diagnostics_channel';

export const MOMENTS = ['read', 'before commit', 'after commit', 'before acknowledge'] as const;
export type Moment = (typeof MOMENTS)[number];

export const MOMENTS_CHANNEL = 'mini-tsdb.queue.moments';

const told = channel(MOMENTS_CHANNEL);

/** Does nothing while nobody has subscribed. */
export function reached(moment: Moment): void {
  told.publish(moment);
}
