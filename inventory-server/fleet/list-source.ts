// Asks the inventory's admin API for the list, and is told in a few bytes when nothing has changed.

import { AppError } from '../../src/lib/errors.ts';
import { createHttpClient, type HttpAnswer, type HttpClient } from '../../src/lib/http-client.ts';
import { decodeList, type SensorList } from './sensor-list.ts';

export interface FetchedList {
  readonly list: SensorList;
  /** As the inventory sent it. */
  readonly text: string;
}

export interface ListSource {
  /**
   * The list, or undefined when it is the one fetched last.
   * @throws AppError, or the signal's reason.
   */
  fetch(signal: AbortSignal): Promise<FetchedList | undefined>;
  close(): Promise<void>;
}

// A million sensors with their labels are about 120 MB.
const MAX_BYTES = 256 * 2 ** 20;
const TIMEOUT_MS = 10_000;

/** `adminUrl` has no slash at its end. */
export function createListSource(adminUrl: string, timeoutMs = TIMEOUT_MS): ListSource {
  const client = createHttpClient();
  const url = `${adminUrl}/sensors`;
  let etag: string | undefined;

  async function fetch(signal: AbortSignal): Promise<FetchedList | undefined> {
    const answer = await get(client, url, etag, timeoutMs, signal);
    if (answer.status === 304 && etag !== undefined) return undefined;
    if (answer.status !== 200) throw new AppError('status', `${url} answered ${answer.status}`);
    const text = answer.body.toString('utf8');
    const list = decodeList(text);
    // Only now: the validator of an answer that was refused would hide the next one behind a 304.
    etag = answer.headers.etag;
    return { list, text };
  }

  return { fetch, close: () => client.close() };
}

async function get(
  client: HttpClient,
  url: string,
  etag: string | undefined,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const headers: Record<string, string> = etag === undefined ? {} : { 'if-none-match': etag };
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await client.get(url, {
      headers,
      maxBytes: MAX_BYTES,
      signal: AbortSignal.any([signal, timeout]),
    });
  } catch (cause) {
    signal.throwIfAborted();
    if (timeout.aborted)
      throw new AppError('timeout', `${url} gave no whole answer in ${timeoutMs} ms`, { cause });
    throw cause;
  }
}
