// One request over plain HTTP or TLS on a connection of its own, with whatever certificate and user a test wants.

import { readFileSync } from 'node:fs';
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import type { ConnectionOptions, DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { basic } from './web-config.ts';

const FIXTURES = 'test/fixtures/tls';

export interface WebAnswer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
  /** What the server showed; undefined over plain HTTP. */
  readonly certificate: DetailedPeerCertificate | undefined;
}

export interface WebRequest {
  readonly method?: string;
  /** As it is sent, in the place of the URL's. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Name and password. */
  readonly user?: readonly [string, string] | undefined;
  /** A fixture's name without ending: the client certificate. */
  readonly client?: string | undefined;
  readonly tls?: ConnectionOptions;
}

/** A certificate of the fixtures, and its key. */
export function pairOf(name: string): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(`${FIXTURES}/${name}.crt`), key: readFileSync(`${FIXTURES}/${name}.key`) };
}

/** Sends a request; over https the server's certificate must be of the fixtures' authority unless `tls` says else. */
export function webRequest(
  url: string,
  { method = 'GET', path, headers = {}, user, client, tls = {} }: WebRequest = {},
): Promise<WebAnswer> {
  const authorization = user === undefined ? {} : { authorization: basic(...user) };
  const isSecure = url.startsWith('https:');
  const trust = isSecure
    ? { ca: readFileSync(`${FIXTURES}/ca.crt`), ...(client !== undefined && pairOf(client)), ...tls }
    : {};
  const options = {
    method,
    agent: false as const,
    headers: { ...authorization, ...headers },
    ...trust,
    ...(path !== undefined && { path }),
  };
  return new Promise((resolve, reject) => {
    const sent = (isSecure ? secure : plain)(url, options, async (answer) => {
      const certificate = isSecure ? (answer.socket as TLSSocket).getPeerCertificate(true) : undefined;
      let body = '';
      try {
        for await (const chunk of answer) body += chunk;
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body, certificate });
      } catch (error) {
        reject(error);
      }
    });
    sent.on('error', reject).end();
  });
}
