// The connections of one kind of access: directly, through a proxy that forwards, or through a tunnel.

import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { TlsNow } from './http-access.ts';

export interface Dispatchers {
  /** How a URL of this origin is reached. The same TLS object uses the same connections. */
  route(origin: string, tls: TlsNow | undefined): Route;
  /** Lets answers under way end. */
  close(): void;
  destroy(): void;
}

export interface Route {
  readonly dispatcher: Dispatcher;
  /** Where undici believes it goes. */
  readonly origin: string;
  /** The proxy is told the whole URL instead of the path. */
  readonly absolute: boolean;
  /** For a proxy that forwards and asks who comes. */
  readonly proxyAuthorization: string | undefined;
}

// Whoever asks has a clock of his own. A connection is given up after five minutes, so that names are looked up again.
const CLOCKS = {
  headersTimeout: 0,
  bodyTimeout: 0,
  keepAliveTimeout: 300_000,
  clientTtl: 300_000,
  connectTimeout: 10_000,
};
const OPTIONS = { ...CLOCKS, allowH2: false, pipelining: 1 };

interface Pair {
  readonly tls: TlsNow | undefined;
  readonly direct: Agent | undefined;
  readonly forward: Pool | undefined;
  readonly tunnel: ProxyAgent | undefined;
}

/** @param proxyUrl goes for every URL, as `proxy_url` does in Prometheus. */
export function createDispatchers(proxyUrl: string | undefined, lookup: LookupFunction): Dispatchers {
  const proxy = proxyUrl === undefined ? undefined : new URL(proxyUrl);
  const proxyAuthorization = proxy === undefined ? undefined : authorizationOf(proxy);
  let pair: Pair | undefined;

  function pairFor(tls: TlsNow | undefined): Pair {
    if (pair !== undefined && pair.tls === tls) return pair;
    each(pair, (dispatcher) => dispatcher.close());
    pair = createPair(proxy, { ...tls, lookup }, tls);
    return pair;
  }

  return {
    route(origin, tls) {
      const { direct, forward, tunnel } = pairFor(tls);
      if (forward !== undefined && proxy !== undefined && origin.startsWith('http:'))
        return { dispatcher: forward, origin: proxy.origin, absolute: true, proxyAuthorization };
      const dispatcher = (direct ?? tunnel) as Dispatcher;
      return { dispatcher, origin, absolute: false, proxyAuthorization: undefined };
    },
    close: () => each(pair, (dispatcher) => dispatcher.close()),
    destroy: () => each(pair, (dispatcher) => dispatcher.destroy()),
  };
}

function createPair(
  proxy: URL | undefined,
  connect: TlsNow | { lookup: LookupFunction },
  tls: TlsNow | undefined,
): Pair {
  if (proxy === undefined)
    return { tls, direct: new Agent({ ...OPTIONS, connect }), forward: undefined, tunnel: undefined };
  return {
    tls,
    direct: undefined,
    forward: new Pool(proxy.origin, { ...OPTIONS, connect }),
    tunnel: new ProxyAgent({
      ...OPTIONS,
      uri: proxy.href,
      requestTls: connect,
      proxyTls: connect,
      clientFactory: (origin, given) => new Pool(origin, { ...given, ...OPTIONS }),
    }),
  };
}

function authorizationOf({ username, password }: URL): string | undefined {
  if (username === '') return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function each(pair: Pair | undefined, end: (dispatcher: Dispatcher) => Promise<void>): void {
  for (const dispatcher of [pair?.direct, pair?.forward, pair?.tunnel]) {
    if (dispatcher !== undefined) end(dispatcher).catch(() => {});
  }
}
