// Which proxy a URL is asked through, from HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as Go and curl read them.

import { BlockList, isIP } from 'node:net';

export interface Proxies {
  /** The proxy's URL for http: and for https:; undefined for none. */
  readonly http: string | undefined;
  readonly https: string | undefined;
  /** What is asked directly: names (with all below them), addresses, ranges of them, each perhaps with a port; `*` for all. */
  readonly none: string;
}

/** @returns the proxy's URL, or undefined for what is asked directly: this machine always is. */
export function proxyFor(url: string, { http, https, none }: Proxies): string | undefined {
  const { protocol, hostname, port } = new URL(url);
  const proxy = protocol === 'https:' ? https : http;
  if (proxy === undefined) return undefined;
  const host = hostname.replace(/^\[|\]$|\.$/g, '');
  const exempt = ['localhost', '127.0.0.0/8', '::1', ...none.split(/[\s,]+/)];
  const isExempt = exempt.some((entry) => covers(entry.toLowerCase(), host, port || PORTS[protocol]));
  return isExempt ? undefined : proxy;
}

const PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

function covers(entry: string, host: string, port: string | undefined): boolean {
  if (entry === '' || entry === '*') return entry === '*';
  if (entry.includes('/')) return isInRange(entry, host);
  const [, bracketed, name = bracketed ?? entry, onPort] =
    /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
  if (onPort !== undefined && onPort !== port) return false;
  const domain = name.replace(/^\*?\.|\.$/g, '');
  const isBelow = isIP(host) === 0 && host.endsWith(`.${domain}`);
  return isBelow || (host === domain && !name.startsWith('*'));
}

function isInRange(range: string, host: string): boolean {
  const [network = '', bits] = range.split('/');
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits ?? '')) return false;
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  const kind = family === 4 ? 'ipv4' : 'ipv6';
  list.addSubnet(network, Number(bits), kind);
  return list.check(host, kind);
}
