// The addresses of this program as people and doors need them.

import { hostPort, type ListenAddress, loopbackOf } from '../../lib/listen-address.ts';
import type { WebGate } from '../../lib/web-gate.ts';
import type { Flags } from '../config/flags.ts';

/** Where samples can be pushed. */
export function doorsOf({
  enablePush,
  enableRemoteWrite,
  listenAddress,
  grpcAddress,
}: Flags): ListenAddress[] {
  return [enablePush || enableRemoteWrite ? listenAddress : [], grpcAddress ?? []].flat();
}

/** Where a person on this machine looks first. */
export function firstPage(address: ListenAddress, gate: WebGate | undefined): string {
  const { host, port } = loopbackOf(address);
  return `${gate?.current().tls === undefined ? 'http' : 'https'}://${hostPort(host, port)}/targets`;
}
