// One GET as a scraper makes it: 41 µs of CPU with undici's dispatch where its `request` takes 50 and `fetch` 240.

import { type BodyRoom, createBodyRoom } from './body-room.ts';
import { AppError, codeOf } from './errors.ts';
import { type AccessNow, createAccessReader, type HttpAccess } from './http-access.ts';
import { httpFailure } from './http-client-failures.ts';
import { createDispatchers, type Dispatchers } from './http-fetch-dispatchers.ts';
import { exchange, FlightControl, type Got } from './http-fetch-exchange.ts';
import { createHostLookup } from './http-fetch-lookup.ts';

export interface FetchRequest {
  readonly url: FetchUrl;
  readonly headers: Readonly<Record<string, string>>;
  /** A body of so many bytes is too large, as it is sent or as it is inflated. More than 1. */
  readonly bodyBound: number;
}

/** The parts of a URL as they are sent. */
export interface FetchUrl {
  /** `http://host:9100`, in the form of the URL standard. */
  readonly origin: string;
  /** The Host header. */
  readonly host: string;
  /** With the query. */
  readonly path: string;
}

export interface FetchAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly contentType: string;
  /** Empty unless the status is 200. */
  readonly body: Buffer;
  /** To be called when a body that is not empty is no longer needed: until then it takes room that others may need. */
  drop(): void;
}

/** A request under way. */
export interface Flight {
  /** @throws AppError with a reason that can be counted, or what `abort` was given. */
  readonly answer: Promise<FetchAnswer>;
  abort(reason: Error): void;
}

export interface Fetcher {
  get(request: FetchRequest): Flight;
  /** Lets what is under way end; connections are closed behind it. */
  close(): void;
  destroy(): void;
}

/** Of all fetchers of this program: they share its threads. */
const lookup = createHostLookup();
const NOTHING = Buffer.alloc(0);
const REDIRECTS = [301, 302, 303, 307, 308];
/** As Go's client. */
const MOST_REDIRECTS = 10;

/** Makes a client with connections of its own. They are kept and used again; there are as many as requests at a time. */
export function createFetcher(
  access: HttpAccess,
  room: BodyRoom = createBodyRoom(Number.MAX_SAFE_INTEGER),
): Fetcher {
  const reader = createAccessReader(access);
  const dispatchers = createDispatchers(access.proxyUrl, lookup);

  async function send(request: FetchRequest, flight: FlightControl): Promise<FetchAnswer> {
    const read = reader.read();
    const own = read instanceof Promise ? await read : read;
    const first = await exchangeTwice({ dispatchers, room }, request, own, flight);
    const got = access.followRedirects ? await follow(first, request, own, flight) : first;
    return answerOf(got, () => flight.reason);
  }

  async function follow(
    first: Got,
    request: FetchRequest,
    own: AccessNow,
    flight: FlightControl,
  ): Promise<Got> {
    let got = first;
    let { url } = request;
    for (let hops = 0; isRedirect(got); hops += 1) {
      if (flight.reason !== undefined) throw flight.reason;
      if (hops === MOST_REDIRECTS)
        throw new AppError('redirect', `stopped after ${MOST_REDIRECTS} redirects`);
      url = redirected(url, got.location);
      // Credentials belong to the server that was configured.
      const now = url.origin === request.url.origin ? own : { ...own, authorization: undefined };
      flight.status = 0;
      got = await exchangeTwice({ dispatchers, room }, { ...request, url }, now, flight);
    }
    return got;
  }

  return {
    get(request) {
      const flight = new FlightControl();
      const answer = new Promise<FetchAnswer>((resolve, reject) => {
        flight.aborted = reject;
        send(request, flight).then(
          (found) => {
            // Too late: nobody takes it.
            if (flight.reason !== undefined && found.status === 200) found.drop();
            resolve(found);
          },
          (error: unknown) =>
            reject(flight.reason ?? httpFailure(error, request.url.origin, access.proxyUrl)),
        );
      });
      return { answer, abort: (reason) => flight.abort(reason) };
    },
    close: () => dispatchers.close(),
    destroy: () => dispatchers.destroy(),
  };
}

async function answerOf(
  { status, statusText, contentType, body, encoding }: Got,
  stopped: () => Error | undefined,
): Promise<FetchAnswer> {
  const drop = () => body.drop();
  const head = { status, statusText, contentType, drop };
  if (status !== 200) return { ...head, body: NOTHING };
  try {
    const whole = await body.whole(encoding, stopped);
    if (whole.length === 0) drop();
    return { ...head, body: whole };
  } catch (error) {
    drop();
    throw error;
  }
}

function isRedirect({ status, location }: Got): boolean {
  return REDIRECTS.includes(status) && location !== '';
}

/** @returns undefined for a text that is no http or https URL. */
export function parseFetchUrl(text: string): FetchUrl | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return { origin: url.origin, host: url.host, path: url.pathname + url.search };
}

function redirected(from: FetchUrl, location: string): FetchUrl {
  const to = URL.parse(location, from.origin + from.path);
  const isAllowed =
    to !== null && (to.protocol === 'https:' || to.protocol === new URL(from.origin).protocol);
  const url = isAllowed ? parseFetchUrl(to.href) : undefined;
  if (url === undefined) throw new AppError('redirect', 'it redirects to where it is not followed');
  return url;
}

// A connection that was kept may have been ended by the server in the very moment it is used again.
const ENDED: readonly string[] = ['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'];

async function exchangeTwice(
  { dispatchers, room }: { readonly dispatchers: Dispatchers; readonly room: BodyRoom },
  request: FetchRequest,
  now: AccessNow,
  flight: FlightControl,
): Promise<Got> {
  try {
    return await exchange(dispatchers, request, now, flight, room);
  } catch (error) {
    if (flight.status !== 0 || flight.reason !== undefined || !ENDED.includes(codeOf(error) ?? ''))
      throw error;
    return exchange(dispatchers, request, now, flight, room);
  }
}
