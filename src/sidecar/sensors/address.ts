// `host`, `host:port`, `[v6]:port`, `v6` → host and port, checked because Prometheus does not check them.

import { isIP, isIPv6 } from 'node:net';

export interface Address {
  readonly host: string;
  readonly port: number | undefined;
}

/** @throws Error that says what is wrong with the text. */
export function parseAddress(text: string): Address {
  if (isIPv6(text)) return { host: text, port: undefined };
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(text);
  if (match === null) throw new Error('is neither host, host:port nor [IPv6]:port');
  const [, bracketed, plain = '', digits] = match;
  return { host: checkHost(bracketed, plain), port: digits === undefined ? undefined : parsePort(digits) };
}

function checkHost(bracketed: string | undefined, plain: string): string {
  if (bracketed === undefined) return checkName(plain);
  if (!isIPv6(bracketed)) throw new Error('has no IPv6 address between its brackets');
  return bracketed;
}

// RFC 1123 lengths, but underscores are allowed: real inventories use them (sensor_0).
function checkName(name: string): string {
  if (name === '') throw new Error('has an empty host name');
  if (isIP(name) === 4) return name;
  const labels = name.replace(/\.$/, '').split('.');
  const valid = labels.every((label) => /^[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?$/.test(label));
  // 999.1.1.1 would be asked of DNS as a name, and is a mistyped address.
  if (/^[\d.]+$/.test(name) && labels.length === 4) throw new Error('is no IPv4 address');
  if (!valid || name.length > 253) throw new Error('is no host name');
  return name;
}

/** @throws Error unless it is a whole number from 1 to 65535, in digits. */
export function parsePort(value: unknown): number {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Error('has no port from 1 to 65535');
  }
  return port;
}
