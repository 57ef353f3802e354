// Connections: one to each server, directly or through a proxy, with the TLS of who asks.

import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, Pool, ProxyAgent } from 'undici';

/** What one kind of connection shows and trusts, as PEM. */
export interface ClientTls {
  /** Certificates of trusted authorities; undefined for the public ones. */
  readonly ca: readonly string[] | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/** Other TLS (another object) under the same name takes the place of what was there. */
export interface NamedTls {
  readonly name: string;
  readonly tls: ClientTls | undefined;
}

export interface Agents {
  agentFor(named: NamedTls, proxy: string | undefined): Dispatcher;
  destroy(): Promise<void>;
}

export interface AgentOptions {
  readonly lookup: LookupFunction;
  /** A connection is not used for longer (ms): the name may stand for another server by then. */
  readonly connectionMs: number;
}

interface Slot {
  readonly tls: ClientTls | undefined;
  /** By proxy; '' for none. */
  readonly agents: Map<string, Dispatcher>;
}

/** Makes the agents, each when it is first asked for. */
export function createAgents(options: AgentOptions): Agents {
  const slots = new Map<string, Slot>();

  function slotFor({ name, tls }: NamedTls): Slot {
    const standing = slots.get(name);
    if (standing !== undefined && standing.tls === tls) return standing;
    // Closed, not destroyed: a request under way ends well.
    for (const agent of standing?.agents.values() ?? []) agent.close().catch(() => {});
    const slot = { tls, agents: new Map() };
    slots.set(name, slot);
    return slot;
  }

  return {
    agentFor(named, proxy) {
      const { agents } = slotFor(named);
      const agent = agents.get(proxy ?? '') ?? createAgent(named.tls, proxy, options);
      agents.set(proxy ?? '', agent);
      return agent;
    },
    async destroy() {
      const agents = [...slots.values()].flatMap((slot) => [...slot.agents.values()]);
      await Promise.all(agents.map((agent) => agent.destroy()));
    },
  };
}

// The caller's signal is the only clock: a second, per-phase timeout would hide which bound was hit.
const CLOCKS = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 60_000 };

function createAgent(
  tls: ClientTls | undefined,
  proxy: string | undefined,
  { lookup, connectionMs }: AgentOptions,
): Dispatcher {
  const one = { ...CLOCKS, connections: 1, clientTtl: connectionMs, allowH2: false };
  const factory = (origin: string | URL, given: object) => new Pool(origin, { ...given, ...one });
  const toServer = { ...pemOf(tls), lookup };
  if (proxy === undefined) return new Agent({ ...one, factory, connect: toServer });
  return new ProxyAgent({
    ...one,
    uri: proxy,
    factory,
    // Each CONNECT takes its connection away.
    clientFactory: (origin, given) => new Pool(origin, { ...given, ...CLOCKS, allowH2: false }),
    requestTls: toServer,
    proxyTls: { lookup },
  });
}

function pemOf(tls: ClientTls | undefined): { ca?: string[]; cert?: string; key?: string } {
  return {
    ...(tls?.ca === undefined ? {} : { ca: [...tls.ca] }),
    ...(tls?.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls?.key === undefined ? {} : { key: tls.key }),
  };
}
