// Where a server listens, as Prometheus' --web.listen-address writes it: `:9098`, `host:9098`, `[::1]:9098`.

export interface ListenAddress {
  /** Empty: every interface. */
  readonly host: string;
  readonly port: number;
}

/** Reads a listen address; port 0 asks the system for a free one. @returns undefined when the text is none. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]*)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const port = Number(match[3]);
  return port <= 65_535 ? { host: match[1] ?? match[2] ?? '', port } : undefined;
}

/** `host:port` as a URL or a target needs it, IPv6 in brackets. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The address at which a program on the same machine reaches a server that listens at `address`. */
export function loopbackOf(address: ListenAddress): ListenAddress {
  if (address.host === '' || address.host === '0.0.0.0') return { host: '127.0.0.1', port: address.port };
  if (/^[0:]+$/.test(address.host)) return { host: '::1', port: address.port };
  return address;
}
