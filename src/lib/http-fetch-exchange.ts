// One request and its answer on one connection.

import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { BodyRoom } from './body-room.ts';
import type { AccessNow } from './http-access.ts';
import type { FetchRequest } from './http-fetch.ts';
import { FetchedBody } from './http-fetch-body.ts';
import type { Dispatchers } from './http-fetch-dispatchers.ts';

export interface Got {
  readonly status: number;
  readonly statusText: string;
  readonly contentType: string;
  readonly location: string;
  /** Filled when the status is 200; to be dropped in the end. */
  readonly body: FetchedBody;
  readonly encoding: string | undefined;
}

/** What stops a request, whichever of its exchanges is under way. */
export class FlightControl {
  reason: Error | undefined;
  controller: Dispatcher.DispatchController | undefined;
  aborted: (reason: Error) => void = () => {};
  /** Of the answer that has begun, 0 before. */
  status = 0;

  abort(reason: Error): void {
    this.reason ??= reason;
    // An error status is known before its page ends, and says more than that the page did not end.
    const isTold = this.controller !== undefined && this.status > 200;
    if (!isTold) this.aborted(reason);
    this.controller?.abort(reason);
  }
}

/** Of a body that nobody wants; more, and the connection is not used again. */
const UNREAD_BYTES = 65_536;

/** @throws what undici throws, or AppError `too_large`. */
export function exchange(
  dispatchers: Dispatchers,
  { url, headers, bodyBound }: FetchRequest,
  { authorization, tls }: AccessNow,
  flight: FlightControl,
  room: BodyRoom,
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const { dispatcher, origin, absolute, proxyAuthorization } = dispatchers.route(url.origin, tls);
    const path = absolute ? `http://${url.host}${url.path}` : url.path;
    const own: Record<string, string> = { host: url.host, ...headers };
    if (authorization !== undefined) own.authorization = authorization;
    if (proxyAuthorization !== undefined) own['proxy-authorization'] = proxyAuthorization;
    const handler = new Exchange(flight, new FetchedBody(bodyBound, room), resolve, reject);
    dispatcher.dispatch({ origin, path, method: 'GET', headers: own }, handler);
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #flight: FlightControl;
  readonly #resolve: (got: Got) => void;
  readonly #reject: (error: Error) => void;
  readonly #body: FetchedBody;
  #unread = UNREAD_BYTES;
  #statusText = '';
  #headers: IncomingHttpHeaders = {};

  constructor(
    flight: FlightControl,
    body: FetchedBody,
    resolve: (got: Got) => void,
    reject: (error: Error) => void,
  ) {
    this.#flight = flight;
    this.#body = body;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  // Also told late, when a connection that took long has come about.
  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#flight.controller = controller;
    if (this.#flight.reason !== undefined) controller.abort(this.#flight.reason);
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    statusText = '',
  ): void {
    if (status < 200) return;
    this.#flight.status = status;
    this.#statusText = statusText;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    try {
      if (this.#flight.status === 200) this.#body.add(chunk);
      else this.#pass(chunk);
    } catch (error) {
      controller.abort(error as Error);
    }
  }

  #pass(chunk: Buffer): void {
    this.#unread -= chunk.length;
    if (this.#unread < 0) throw new Error('nobody reads so much');
  }

  onResponseEnd(): void {
    this.#flight.controller = undefined;
    this.#resolve(this.#got());
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#flight.controller = undefined;
    if (this.#flight.status > 200) this.#resolve(this.#got());
    else {
      this.#body.drop();
      this.#reject(error);
    }
  }

  #got(): Got {
    return {
      status: this.#flight.status,
      statusText: this.#statusText,
      contentType: this.#text('content-type') ?? '',
      location: this.#text('location') ?? '',
      body: this.#body,
      encoding: this.#text('content-encoding'),
    };
  }

  #text(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value[0] : value;
  }
}
