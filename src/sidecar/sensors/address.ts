// `host`, `host:port`, `[v6]:port`, `v6` → host and port, checked because Prometheus does not check them.

import { isIP, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { shown } from './excerpt.ts';
import { EntryFault } from './set-aside.ts';

export interface Address {
  readonly host: string;
  readonly port: number | undefined;
}

/** @throws EntryFault that says what is wrong with the text. */
export function parseAddress(text: string): Address {
  if (isPlainName(text) || isIPv6(text)) return { host: checkZone(text), port: undefined };
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s.exec(withoutPrefixLength(text));
  if (match === null) throw badHost(text, 'is neither host, host:port nor [IPv6]:port');
  const [, bracketed, plain = '', digits] = match;
  const host = bracketed === undefined ? checkName(plain) : checkIPv6(bracketed);
  return { host, port: digits === undefined ? undefined : parsePort(digits, text) };
}

// Most names of most inventories, without looking twice.
function isPlainName(text: string): boolean {
  return /^[a-zA-Z_][a-zA-Z0-9_]{0,62}$/.test(text);
}

// Inventories of networks write an address with the length of its network: 10.0.0.7/24.
function withoutPrefixLength(text: string): string {
  const [, address] = /^([^/]*)\/\d{1,3}$/.exec(text) ?? [];
  if (address === undefined || isIP(address) === 0) return text;
  return isIPv6(address) ? `[${address}]` : address;
}

function checkIPv6(text: string): string {
  if (!isIPv6(text)) throw badHost(text, 'is no IPv6 address');
  return checkZone(text);
}

// The URL that Prometheus would make of fe80::1%eth0 is none.
function checkZone(address: string): string {
  if (address.includes('%')) throw badHost(address, 'has a zone, which Prometheus does not take');
  return address;
}

// RFC 1123 lengths, but underscores are allowed: real inventories use them (sensor_0).
function checkName(text: string): string {
  if (text === '') throw badHost(text, 'is an empty host name');
  const name = text.split('.').map(toAscii).join('.');
  if (isIP(name) === 4) return name;
  const labels = name.replace(/\.$/, '').split('.');
  const valid = labels.every((label) => /^[a-zA-Z0-9_]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9_])?$/.test(label));
  // 999.1.1.1 would be asked of DNS as a name, and is a mistyped address.
  if (/^[\d.]+$/.test(name) && labels.length === 4) throw badHost(text, 'is no IPv4 address');
  if (!valid || name.length > 253) throw badHost(text, 'is no host name');
  return name;
}

// Only for labels with other letters, and only letters: domainToASCII answers '' for `sensor.123`, 127.0.0.1 for `0x7f.1`
// and 0.0.0.1 for `①`; it strips line ends and cuts at a slash. What it cannot write stays, and is no host name then.
function toAscii(label: string): string {
  if (!/\P{ASCII}/u.test(label) || !/^[\p{L}\p{M}\p{N}_-]+$/u.test(label)) return label;
  const ascii = domainToASCII(label);
  return ascii.includes('.') ? label : ascii;
}

/**
 * @param of the address that the port belongs to, for the message.
 * @throws EntryFault unless it is a whole number from 1 to 65535, in digits.
 */
export function parsePort(value: unknown, of: unknown): number {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new EntryFault('bad_port', `the port ${shown(value)} of ${shown(of)} is none from 1 to 65535`);
  }
  return port;
}

function badHost(text: string, why: string): EntryFault {
  return new EntryFault('bad_host', `${shown(text)} ${why}`);
}
