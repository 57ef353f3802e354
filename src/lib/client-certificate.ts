// Judges the certificate of a client: asked for in the handshake, demanded here, so that some paths can do without.

import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { ClientAuth } from './web-config.ts';

export interface ClientPolicy {
  readonly clientAuth: ClientAuth;
  readonly allowedSans: readonly string[] | undefined;
}

/** @returns why the client may not pass, or undefined when it may. */
export function refuseClient(socket: Socket, { clientAuth, allowedSans }: ClientPolicy): string | undefined {
  if (clientAuth === 'none' || clientAuth === 'asked') return undefined;
  if (!(socket instanceof TLSSocket)) return 'a client certificate is needed here';
  const { subjectaltname, raw } = socket.getPeerCertificate();
  if (raw === undefined) return clientAuth === 'given' ? undefined : 'a client certificate is needed here';
  if (clientAuth !== 'any' && !socket.authorized) {
    return `the client certificate is not accepted: ${socket.authorizationError}`;
  }
  if (allowedSans === undefined) return undefined;
  const names = alternativeNames(subjectaltname ?? '');
  const allowed = allowedSans.map(canonical);
  return names.some((name) => allowed.includes(name))
    ? undefined
    : 'the client certificate has none of the names that are allowed here';
}

// One entry of Node's text; a value with anything odd in it is written as a JSON string.
const ENTRY = /(?:DNS|IP Address|URI|email):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)|[\w ]+:[^",]*(?:, |$)/y;

/** The names in a certificate, as Node writes them. Nothing is taken from a text that is not understood whole. */
export function alternativeNames(text: string): string[] {
  const names: string[] = [];
  ENTRY.lastIndex = 0;
  while (ENTRY.lastIndex < text.length) {
    const found = ENTRY.exec(text);
    if (found === null) return [];
    const [, value] = found;
    if (value !== undefined)
      names.push(canonical(value.startsWith('"') ? (JSON.parse(value) as string) : value));
  }
  return names;
}

// Node writes ::1 as 0:0:0:0:0:0:0:1.
function canonical(name: string): string {
  const isAddress = name.includes(':') && URL.canParse(`http://[${name}]`);
  return isAddress ? new URL(`http://[${name}]`).hostname : name;
}
