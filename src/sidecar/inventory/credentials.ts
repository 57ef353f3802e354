// What a poll shows to the inventory: credentials, extra headers, a client certificate. To any other server nothing.

import { basicOf } from '../../lib/basic-credentials.ts';
import { AppError } from '../../lib/errors.ts';
import type { HttpClient } from '../../lib/http-client.ts';
import type { NamedTls } from '../../lib/http-client-agents.ts';
import { bearerOf, headersOf } from './authorization.ts';
import { createTlsReader, type TlsPair } from './client-tls.ts';
import {
  type CredentialFiles,
  type CredentialSetting,
  credentialFile,
  unusable,
} from './credential-files.ts';
import { FetchError } from './fetch-error.ts';
import { type OAuth2Client, parseOAuth2File } from './oauth2-file.ts';
import { createTokens, type Tokens } from './oauth2-token.ts';

/** What goes with one request. */
export interface Shown {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: NamedTls | undefined;
}

/** The credentials of one poll. */
export interface Access {
  /** What goes with a request for this URL. @throws FetchError `token`. */
  for(url: string, signal: AbortSignal): Promise<Shown>;
  /** After a 401: whether a token that was kept from before is now renewed, so that asking again may help. Once. */
  renew(): boolean;
  /** The settings whose credentials go to this URL, for messages. */
  settingsFor(url: string): readonly CredentialSetting[];
  /** Whether an answer repeats one of the secrets, so that nothing of it may be shown. */
  isRepeatedIn(body: Buffer): boolean;
}

export interface Credentials {
  /** Reads the files as they are now. @throws AppError `credentials`. */
  open(): Promise<Access>;
}

const TOKEN_BYTES = 65_536;
/** Shorter ones stand in many texts by chance. */
const MIN_SECRET_LENGTH = 6;

interface Read {
  readonly settings: readonly CredentialSetting[];
  readonly headers: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
  readonly oauth2: OAuth2Client | undefined;
  readonly tls: TlsPair;
}

/** The credentials of these files for the inventory at `inventoryUrl`. */
export function createCredentials(
  files: CredentialFiles,
  inventoryUrl: string,
  client: HttpClient,
): Credentials {
  const read = createReader(files);
  const tokens = createTokens();
  const { origin } = new URL(inventoryUrl);
  return { open: async () => createAccess(await read(), origin, tokens, client) };
}

function createReader(files: CredentialFiles): () => Promise<Read> {
  const authorization =
    credentialFile(files, 'INVENTORY_BEARER_TOKEN_FILE', bearerOf) ??
    credentialFile(files, 'INVENTORY_BASIC_AUTH_FILE', basicOf);
  const oauth2 = credentialFile(files, 'INVENTORY_OAUTH2_FILE', parseOAuth2File);
  const extra = credentialFile(files, 'INVENTORY_HEADERS_FILE', headersOf);
  const readTls = createTlsReader(files);
  const credential = authorization ?? oauth2;
  const settings = [credential, extra].flatMap((file) => (file === undefined ? [] : [file.setting]));
  const certificate = files.INVENTORY_CERT_FILE === undefined ? [] : (['INVENTORY_CERT_FILE'] as const);
  return async () => {
    const headers = (await extra?.read()) ?? {};
    if (credential !== undefined && Object.hasOwn(headers, 'authorization'))
      throw unusable('INVENTORY_HEADERS_FILE', `it sets Authorization, and so does ${credential.setting}`);
    return {
      settings: [...settings, ...certificate],
      headers,
      authorization: await authorization?.read(),
      oauth2: await oauth2?.read(),
      tls: await readTls(),
    };
  };
}

function createAccess(read: Read, origin: string, tokens: Tokens, client: HttpClient): Access {
  const isOwn = (url: string) => new URL(url).origin === origin;
  const tlsFor = (url: string) => {
    const name = isOwn(url) ? 'own' : 'other';
    return { name, tls: read.tls[name] };
  };
  const secrets = new Set(secretsOf(read));
  let asked = false;

  async function authorize(signal: AbortSignal): Promise<string | undefined> {
    if (read.oauth2 === undefined) return read.authorization;
    const token = await tokens.get(read.oauth2, (url, form, authorization) => {
      asked = true;
      const headers = {
        accept: 'application/json',
        ...(authorization === undefined ? {} : { authorization }),
      };
      const options = { headers, maxBytes: TOKEN_BYTES, signal, tls: tlsFor(url) };
      return client.postForm(url, form, options).catch((error: unknown) => failToken(error, url));
    });
    secrets.add(token);
    return `Bearer ${token}`;
  }

  return {
    async for(url, signal) {
      if (!isOwn(url)) return { headers: {}, tls: tlsFor(url) };
      const authorization = await authorize(signal);
      const headers = authorization === undefined ? read.headers : { ...read.headers, authorization };
      return { headers, tls: tlsFor(url) };
    },
    renew() {
      // One that was given in this very poll is as new as any.
      if (read.oauth2 === undefined || asked) return false;
      tokens.drop();
      return true;
    },
    settingsFor: (url) => (isOwn(url) ? read.settings : []),
    isRepeatedIn: (body) => [...secrets].some((secret) => body.includes(secret)),
  };
}

function failToken(error: unknown, url: string): never {
  if (!(error instanceof AppError)) throw error;
  const retryable = ['dns', 'connection', 'proxy'].includes(error.reason);
  throw new FetchError('token', `no token from ${new URL(url).origin}: ${error.message}`, { retryable });
}

function secretsOf({ authorization, headers, oauth2 }: Read): string[] {
  const [scheme, credential = ''] = authorization?.split(' ') ?? [];
  const user = scheme === 'Basic' ? Buffer.from(credential, 'base64').toString() : '';
  const password = user.slice(user.indexOf(':') + 1);
  const all = [credential, password, oauth2?.clientSecret ?? '', ...Object.values(headers)];
  return all.filter((secret) => secret.length >= MIN_SECRET_LENGTH);
}
