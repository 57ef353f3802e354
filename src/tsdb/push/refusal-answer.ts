// A refusal as a status and headers of HTTP.

import type { Refusal, RefusalReason } from './refusal.ts';

const STATUSES: Readonly<Record<RefusalReason, number>> = {
  unauthorized: 401,
  unsupported: 415,
  bad_data: 400,
  limited: 429,
  too_large: 413,
  // Not 429: to ask again helps nobody, and a pusher that does it for ever keeps its other samples back.
  too_many_series: 400,
  overloaded: 503,
};

export interface RefusalAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Source of the rate limit headers: draft-ietf-httpapi-ratelimit-headers. */
export function answerOf({ reason, retryAfterMs, quota }: Refusal): RefusalAnswer {
  const headers: Record<string, string> = {};
  if (reason === 'unauthorized') headers['www-authenticate'] = 'Bearer';
  const seconds = Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1000));
  if (retryAfterMs !== undefined) headers['retry-after'] = String(seconds);
  if (quota !== undefined) {
    headers['ratelimit-policy'] = `"default";q=${quota.perSecond};w=1`;
    headers.ratelimit = `"default";r=${quota.remaining};t=${seconds}`;
  }
  return { status: STATUSES[reason], headers };
}
