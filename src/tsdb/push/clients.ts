// Who pushes: by its token, else by its client certificate, else by its address.

import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { addressGroup } from '../../lib/address-group.ts';
import { userOf } from '../../lib/request-user.ts';
import { certificateName } from './certificate-name.ts';
import type { ClientList, ListedClient } from './clients-file.ts';
import type { Caller } from './intake.ts';
import type { ClientLimits } from './limits.ts';
import { Refusal } from './refusal.ts';

/** What a door knows of the other end. */
export interface Knock {
  /** The text of the Authorization header, or of gRPC's `authorization`. */
  readonly authorization: string | undefined;
  /** The user whose password was right. */
  readonly user: string | undefined;
  /** The name in a client certificate that was verified. */
  readonly certificate: string | undefined;
  /** The IP address. */
  readonly address: string;
}

export interface Clients {
  /** @throws Refusal `unauthorized`. */
  callerOf(knock: Knock): Caller;
  /** What the client of this name may push; a user what the list has for a client of the same name. */
  limitsOf(client: string): ClientLimits;
}

/** Before the name of a user; a name in the list has no colon. */
const USER = /^user:/;

/** What a request over HTTP tells. */
export function knockOf(message: IncomingMessage): Knock {
  return {
    authorization: message.headers.authorization,
    user: userOf(message),
    certificate: certificateName(message.socket),
    address: message.socket.remoteAddress ?? '',
  };
}

/**
 * Without a list every token stands for a client of its own, unverified. With one a token must be in it, and whoever
 * has neither token nor certificate nor password is refused.
 * @param current the list in force; undefined: there is none.
 */
export function createClients(current: () => ClientList | undefined, otherwise: ClientLimits): Clients {
  // Digests in the place of tokens, by a key that nobody knows: what compares them tells nothing of a token.
  const key = randomBytes(32).toString('hex');
  const digestOf = (token: string) => hash('sha256', key + token, 'base64url');
  const index = createIndex(digestOf);

  function byToken(token: string): Caller {
    const list = current();
    if (list === undefined) return { client: `token:${digestOf(token).slice(0, 12)}` };
    const digest = digestOf(token);
    const found = index(list).byDigest.get(digest);
    if (found === undefined || !isEqual(found.digest, digest))
      throw new Refusal('unauthorized', 'this token may not push here; nothing was taken');
    return { client: found.client.name };
  }

  function byCertificate(name: string): Caller {
    const list = current();
    const found = list && index(list).byCertificate.get(name);
    return { client: found?.name ?? `certificate:${name}` };
  }

  return {
    callerOf({ authorization, user, certificate, address }) {
      if (user !== undefined) return { client: `user:${user}` };
      const token = tokenOf(authorization);
      if (token !== '') return byToken(token);
      if (certificate !== undefined) return byCertificate(certificate);
      if (current() === undefined) return { client: `address:${addressGroup(address)}` };
      throw new Refusal('unauthorized', 'a token is needed to push here; nothing was taken');
    },
    limitsOf(client) {
      const list = current();
      return (list && index(list).byName.get(client.replace(USER, ''))?.limits) ?? otherwise;
    },
  };
}

// `Bearer <token>`, or the token alone.
function tokenOf(authorization = ''): string {
  return authorization.replace(/^Bearer +/i, '').trim();
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}

interface Index {
  readonly byName: ReadonlyMap<string, ListedClient>;
  readonly byCertificate: ReadonlyMap<string, ListedClient>;
  readonly byDigest: ReadonlyMap<string, { readonly digest: string; readonly client: ListedClient }>;
}

/** Made anew for each list. */
function createIndex(digestOf: (token: string) => string): (list: ClientList) => Index {
  const indexes = new WeakMap<ClientList, Index>();
  return (list) => {
    const known = indexes.get(list);
    if (known !== undefined) return known;
    const made = indexOf(list, digestOf);
    indexes.set(list, made);
    return made;
  };
}

function indexOf(list: ClientList, digestOf: (token: string) => string): Index {
  const digests = list.flatMap((client) =>
    client.tokens.map((token) => [digestOf(token), { digest: digestOf(token), client }] as const),
  );
  return {
    byName: new Map(list.map((client) => [client.name, client])),
    byCertificate: new Map(list.flatMap((client) => client.certificates.map((name) => [name, client]))),
    byDigest: new Map(digests),
  };
}
