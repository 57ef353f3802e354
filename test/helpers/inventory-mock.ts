// The one place where msw stands in for an inventory. msw's setupServer does not see the requests of npm's undici.

import { HttpRequestInterceptor } from '@mswjs/interceptors/http';
import { HttpResponse, http, type RequestHandler } from 'msw';
import { defineNetwork, InterceptorSource } from 'msw/experimental';
import { afterAll, afterEach, beforeAll } from 'vitest';

export { HttpResponse, http } from 'msw';

export interface InventoryMock {
  /** Adds handlers for the rest of the running test; the newest is asked first. */
  use(...handlers: RequestHandler[]): void;
  /** Every request of the running test, in order. */
  readonly requests: readonly Request[];
  /** Hands over what no handler answered, `GET http://…`, and forgets it. */
  takeUnhandled(): string[];
  /** Called after each test. @throws Error that names what no handler answered. */
  failOnUnhandled(): void;
}

/**
 * Intercepts every HTTP request of the calling test file. A request without a handler gets a network error, and
 * fails its test even when the code under test lives on after it; servers on loopback are refused as well.
 */
export function mockInventory(): InventoryMock {
  const requests: Request[] = [];
  const unhandled: string[] = [];
  // onUnhandledFrame 'error' lets paths such as /inventory.json through to the network, so this handler answers first.
  const refuse = http.all('*', ({ request }) => {
    unhandled.push(`${request.method} ${request.url}`);
    return HttpResponse.error();
  });
  const network = defineNetwork({
    sources: [new InterceptorSource({ interceptors: [new HttpRequestInterceptor()] })],
    handlers: [refuse],
    context: { quiet: true },
    onUnhandledFrame: 'error',
  });
  network.events.on('request:start', ({ request }) => void requests.push(request.clone()));
  const failOnUnhandled = () => {
    const missed = unhandled.splice(0);
    if (missed.length > 0) throw new Error(`no handler for ${missed.join(', ')}`);
  };
  beforeAll(() => network.enable());
  afterEach(() => {
    network.resetHandlers();
    requests.length = 0;
    failOnUnhandled();
  });
  afterAll(() => network.disable());
  return {
    use: (...handlers) => network.use(...handlers),
    requests,
    takeUnhandled: () => unhandled.splice(0),
    failOnUnhandled,
  };
}
