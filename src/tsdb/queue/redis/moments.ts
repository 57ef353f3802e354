// Moments on the way of an entry into the store at which a crash is tested.

export const MOMENTS = ['read', 'before commit', 'after commit', 'before acknowledge'] as const;
export type Moment = (typeof MOMENTS)[number];
