// One request to the server: with a deadline, and every way it can fail told apart.

import { learnServerClock } from './server-clock.ts';

/**
 * `away`: nothing, or nobody of ours, answered. `late`: not within the deadline. `refused`: it answered with an error.
 * `stopped`: whoever asked does not want it any more.
 */
export type RequestFailure = 'away' | 'late' | 'refused' | 'stopped';

export class RequestError extends Error {
  readonly kind: RequestFailure;
  /** Of the answer; 0 when there was none. */
  readonly status: number;
  constructor(
    kind: RequestFailure,
    message: string,
    { status = 0, cause }: { status?: number; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.kind = kind;
    this.status = status;
  }
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number;
  /** Sent as a form by POST, for what may be too long for an address. */
  readonly form?: URLSearchParams;
}

const DEADLINE_MS = 10_000;
/** What stands in front of a server says so when the server is away. */
const GATEWAY_STATUS = new Set([502, 503, 504]);

/**
 * Asks the API and unwraps its answer.
 * @param path relative to the page, such as `api/v1/targets`.
 * @returns the field `data`. @throws RequestError, and nothing else.
 */
export async function request<Data>(path: string, options: RequestOptions = {}): Promise<Data> {
  return exchange(path, options, async (response) => readAnswer<Data>(response, await response.text()));
}

/** Asks for an answer that is read elsewhere. @returns its bytes. @throws RequestError, and nothing else. */
export async function requestBytes(path: string, options: RequestOptions = {}): Promise<ArrayBuffer> {
  return exchange(path, options, async (response) =>
    response.ok ? response.arrayBuffer() : readAnswer(response, await response.text()),
  );
}

async function exchange<Result>(
  path: string,
  { signal, deadlineMs = DEADLINE_MS, form }: RequestOptions,
  read: (response: Response) => Promise<Result>,
): Promise<Result> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), deadlineMs);
  try {
    const response = await fetch(path, {
      signal: signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]),
      ...(form !== undefined && { method: 'POST', body: form }),
    });
    learnServerClock(response.headers.get('date'));
    return await read(response);
  } catch (error) {
    if (error instanceof RequestError) throw error;
    if (signal?.aborted) throw new RequestError('stopped', 'stopped', { cause: error });
    if (deadline.signal.aborted) throw new RequestError('late', `no answer within ${deadlineMs / 1000} s`);
    throw new RequestError('away', 'no answer', { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function readAnswer<Data>({ ok, status, statusText }: Response, text: string): Data {
  const answer = parse(text);
  if (ok && answer?.status === 'success') return answer.data as Data;
  if (answer?.error !== undefined) throw new RequestError('refused', String(answer.error), { status });
  const words = `${status} ${statusText}`.trim();
  if (GATEWAY_STATUS.has(status)) throw new RequestError('away', words, { status });
  throw new RequestError('refused', ok ? 'this is no answer of mini-tsdb' : words, { status });
}

function parse(text: string): { status?: unknown; data?: unknown; error?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
