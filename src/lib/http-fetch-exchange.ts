// One request and its answer on one connection.

import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { AccessNow } from './http-access.ts';
import type { FetchRequest } from './http-fetch.ts';
import { FetchedBody, tooLarge } from './http-fetch-body.ts';
import type { Dispatchers } from './http-fetch-dispatchers.ts';

export interface Got {
  readonly status: number;
  readonly statusText: string;
  readonly contentType: string;
  readonly location: string;
  readonly body: Buffer | Promise<Buffer>;
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
const NOTHING = Buffer.alloc(0);

/** @throws what undici throws, or AppError `too_large`. */
export function exchange(
  dispatchers: Dispatchers,
  { url, headers, bodyBound }: FetchRequest,
  { authorization, tls }: AccessNow,
  flight: FlightControl,
): Promise<Got> {
  return new Promise((resolve, reject) => {
    const { dispatcher, origin, absolute, proxyAuthorization } = dispatchers.route(url.origin, tls);
    const path = absolute ? `http://${url.host}${url.path}` : url.path;
    const own: Record<string, string> = { host: url.host, ...headers };
    if (authorization !== undefined) own.authorization = authorization;
    if (proxyAuthorization !== undefined) own['proxy-authorization'] = proxyAuthorization;
    const handler = new Exchange(flight, bodyBound, resolve, reject);
    dispatcher.dispatch({ origin, path, method: 'GET', headers: own }, handler);
  });
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #flight: FlightControl;
  readonly #bound: number;
  readonly #resolve: (got: Got) => void;
  readonly #reject: (error: Error) => void;
  #body: FetchedBody;
  #statusText = '';
  #headers: IncomingHttpHeaders = {};

  constructor(
    flight: FlightControl,
    bodyBound: number,
    resolve: (got: Got) => void,
    reject: (error: Error) => void,
  ) {
    this.#flight = flight;
    this.#bound = bodyBound;
    this.#body = new FetchedBody(bodyBound);
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
    if (status !== 200) this.#body = new FetchedBody(UNREAD_BYTES);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#body.add(chunk)) controller.abort(tooLarge(this.#bound));
  }

  onResponseEnd(): void {
    this.#flight.controller = undefined;
    try {
      this.#resolve(
        this.#got(this.#flight.status === 200 ? this.#body.whole(this.#text('content-encoding')) : NOTHING),
      );
    } catch (error) {
      this.#reject(error as Error);
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#flight.controller = undefined;
    if (this.#flight.status <= 200) this.#reject(error);
    else this.#resolve(this.#got(NOTHING));
  }

  #got(body: Got['body']): Got {
    return {
      status: this.#flight.status,
      statusText: this.#statusText,
      contentType: this.#text('content-type') ?? '',
      location: this.#text('location') ?? '',
      body,
    };
  }

  #text(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value[0] : value;
  }
}
