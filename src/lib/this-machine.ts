// Who asks from this very machine.

import type { Socket } from 'node:net';

/** Whether an address or a URL's host name is a loopback one. */
export function isLoopback(address: string): boolean {
  return (
    address === 'localhost' || /^(::ffff:)?127\.\d+\.\d+\.\d+$/.test(address) || /^\[?::1\]?$/.test(address)
  );
}

/** Whether the other end is on this machine: a server bound to one address of it is asked from that very address. */
export function isFromHere({
  remoteAddress = '',
  localAddress,
}: Pick<Socket, 'remoteAddress' | 'localAddress'>): boolean {
  return isLoopback(remoteAddress) || (remoteAddress !== '' && remoteAddress === localAddress);
}
