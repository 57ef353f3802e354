// The name of a client by its certificate.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { alternativeNames } from '../../lib/client-certificate.ts';

// A certificate is that of its connection, and looking at it costs more than most requests.
const names = new WeakMap<Socket, string>();
const NONE = '';

/** The first alternative name, else the common name; undefined without a certificate that was verified. */
export function certificateName(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined;
  const known = names.get(socket);
  const name = known ?? readName(socket);
  if (known === undefined) names.set(socket, name);
  return name === NONE ? undefined : name;
}

function readName(socket: TLSSocket): string {
  const { subject, subjectaltname } = socket.getPeerCertificate();
  const [first] = alternativeNames(subjectaltname ?? '');
  const common = subject?.CN;
  return first ?? (Array.isArray(common) ? common[0] : common) ?? NONE;
}
