// The request of a scrape, as Prometheus sends it.

import type { Alarms } from '../../lib/alarms.ts';
import { formatDuration } from '../../lib/duration.ts';
import { AppError } from '../../lib/errors.ts';
import {
  type FetchAnswer,
  type Fetcher,
  type FetchRequest,
  type Flight,
  parseFetchUrl,
} from '../../lib/http-fetch.ts';
import { ACCEPT } from '../exposition/content-type.ts';
import type { Target } from './target.ts';

/** Ours when the job has none: a body stays in memory until it is read. */
const MOST_BODY_BYTES = 134_217_728;

/** Fetches the exposition of one target again and again. */
export class TargetFetch {
  readonly #fetcher: Fetcher;
  readonly #alarms: Alarms;
  readonly #timeoutMs: number;
  readonly #request: FetchRequest | undefined;
  #flight: Flight | undefined;

  constructor(target: Target, fetcher: Fetcher, alarms: Alarms, bodyLimit: number, userAgent: string) {
    this.#fetcher = fetcher;
    this.#alarms = alarms;
    this.#timeoutMs = target.timeoutMs;
    this.#request = requestOf(target, bodyLimit, userAgent);
  }

  /** @throws AppError that says why there is no exposition. */
  async get(): Promise<FetchAnswer> {
    if (this.#request === undefined) throw new AppError('url', 'the address and the path make no URL');
    const flight = this.#fetcher.get(this.#request);
    this.#flight = flight;
    const late = this.#alarms.after(this.#timeoutMs, () => flight.abort(timedOut(this.#timeoutMs)));
    try {
      const answer = await flight.answer;
      const { status, statusText } = answer;
      if (status !== 200)
        throw new AppError('status', `server returned HTTP status ${status} ${statusText}`.trim());
      return answer;
    } finally {
      late.cancel();
      this.#flight = undefined;
    }
  }

  abort(): void {
    this.#flight?.abort(new AppError('internal', 'the server stops'));
  }
}

function timedOut(timeoutMs: number): AppError<'timeout'> {
  return new AppError('timeout', `no whole answer within ${formatDuration(timeoutMs)}`);
}

function requestOf(
  { scrapeUrl, timeoutMs }: Target,
  bodyLimit: number,
  userAgent: string,
): FetchRequest | undefined {
  const { scheme, host, path } = scrapeUrl;
  const parsed = scheme === 'http' || scheme === 'https' ? parseFetchUrl(`${scheme}://${host}/`) : undefined;
  if (parsed === undefined) return undefined;
  return {
    url: { origin: parsed.origin, host, path },
    headers: {
      'user-agent': userAgent,
      accept: ACCEPT,
      'accept-encoding': 'gzip',
      'x-prometheus-scrape-timeout-seconds': String(timeoutMs / 1000),
    },
    // As Prometheus: what has just reached its limit is refused.
    bodyBound: Math.max(2, bodyLimit > 0 ? Math.min(bodyLimit, MOST_BODY_BYTES) : MOST_BODY_BYTES),
  };
}
