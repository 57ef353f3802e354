// What inventory-sd says of itself: asked when somebody wants to know, at most every few seconds, once for all who ask.

import { basicOf } from '../../lib/basic-credentials.ts';
import { formatDuration } from '../../lib/duration.ts';
import { AppError, messageOf } from '../../lib/errors.ts';
import { createFetcher, type FetchAnswer, parseFetchUrl } from '../../lib/http-fetch.ts';
import { secretFile } from '../../lib/secret-file.ts';
import type { InventorySdFlags } from '../config/flags/inventory-sd.ts';

/** Times are RFC 3339 in UTC. */
export type InventorySdAnswer =
  | { readonly configured: false }
  | {
      readonly configured: true;
      readonly url: string;
      readonly reachable: false;
      /** One sentence, without secrets. */
      readonly error: string;
      /** The first of the questions in a row that failed. */
      readonly since: string;
    }
  | {
      readonly configured: true;
      readonly url: string;
      readonly reachable: true;
      readonly fetchedAt: string;
      /** Its `/status` as it came. */
      readonly report: unknown;
    };

export interface InventorySd {
  /** Never throws. */
  ask(): Promise<InventorySdAnswer>;
  close(): void;
}

export interface InventorySdOptions {
  readonly userAgent: string;
  /** Unix milliseconds. */
  readonly now?: () => number;
  /** Milliseconds that only grow. */
  readonly mono?: () => number;
  /** Of one question. */
  readonly deadlineMs?: number;
}

/** How long an answer stands, in milliseconds. */
const KEPT_MS = 3_000;
const DEADLINE_MS = 4_000;
const MAX_BYTES = 1_048_576;

/** @param flags undefined: nobody is asked. */
export function createInventorySd(
  flags: InventorySdFlags | undefined,
  options: InventorySdOptions,
): InventorySd {
  if (flags === undefined) return { ask: async () => ({ configured: false }), close: () => {} };
  const { url } = flags;
  const { now = Date.now, mono = performance.now.bind(performance) } = options;
  const { fetchReport, close } = createReports(flags, options);
  let kept: { readonly answer: InventorySdAnswer; readonly until: number } | undefined;
  let asking: Promise<InventorySdAnswer> | undefined;
  let failedAt: number | undefined;

  async function askAgain(): Promise<InventorySdAnswer> {
    try {
      const report = await fetchReport();
      failedAt = undefined;
      return { configured: true, url, reachable: true, fetchedAt: iso(now()), report };
    } catch (cause) {
      failedAt ??= now();
      const error = `cannot ask inventory-sd at ${url}: ${messageOf(cause)}`;
      return { configured: true, url, reachable: false, error, since: iso(failedAt) };
    }
  }

  async function keep(): Promise<InventorySdAnswer> {
    const answer = await askAgain();
    kept = { answer, until: mono() + KEPT_MS };
    asking = undefined;
    return answer;
  }

  return {
    async ask() {
      if (kept !== undefined && mono() < kept.until) return kept.answer;
      asking ??= keep();
      return asking;
    },
    close,
  };
}

function iso(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

function createReports(
  { url, caFile, basicAuthFile }: InventorySdFlags,
  { userAgent, deadlineMs = DEADLINE_MS }: InventorySdOptions,
) {
  const tls = { insecureSkipVerify: false, ...(caFile !== undefined && { caFile }) };
  // What it is shown is for this server alone.
  const fetcher = createFetcher({ tls, followRedirects: false });
  const users = basicAuthFile === undefined ? undefined : secretFile(basicAuthFile);
  const asked = parseFetchUrl(`${url}/status`);

  async function fetchReport(): Promise<unknown> {
    if (asked === undefined) throw new AppError('url', 'it is no http or https URL');
    const authorization = users === undefined ? undefined : basicOf(await users.read());
    const headers = {
      'user-agent': userAgent,
      accept: 'application/json',
      ...(authorization !== undefined && { authorization }),
    };
    const flight = fetcher.get({ url: asked, headers, bodyBound: MAX_BYTES });
    const late = setTimeout(
      () => flight.abort(new AppError('timeout', `no answer within ${formatDuration(deadlineMs)}`)),
      deadlineMs,
    );
    try {
      const answer = await flight.answer;
      answer.drop();
      return reportOf(answer, authorization !== undefined);
    } finally {
      clearTimeout(late);
    }
  }

  return { fetchReport, close: () => fetcher.destroy() };
}

function reportOf({ status, statusText, body }: FetchAnswer, isUserShown: boolean): unknown {
  if (status === 401)
    throw new AppError(
      'status',
      isUserShown
        ? 'it does not know the user and password in --inventory-sd.basic-auth-file'
        : 'it wants a user: name a file that holds user:password in --inventory-sd.basic-auth-file',
    );
  if (status >= 300 && status < 400) throw new AppError('status', 'it redirects, which is not followed');
  if (status !== 200) throw new AppError('status', `it answers ${status} ${statusText}`.trimEnd());
  const report = parse(body.toString('utf8'));
  if (!isReport(report)) throw new AppError('status', 'what answers there is no inventory-sd');
  return report;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

// Something else's JSON, perhaps with secrets of its own, is not shown.
function isReport(value: unknown): boolean {
  const { version, state, inventory, file } = (value ?? {}) as Record<string, unknown>;
  const isObject = (field: unknown) => typeof field === 'object' && field !== null;
  return typeof version === 'string' && typeof state === 'string' && isObject(inventory) && isObject(file);
}
