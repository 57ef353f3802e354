// How a server is asked: credentials, TLS and proxy, read from files that may change while the program runs.

import type { SecretFile } from './secret-file.ts';
import { secretFile } from './secret-file.ts';

/** Paths are absolute; a secret stands here or in a file that is read again. */
export interface HttpAccess {
  readonly basicAuth?: {
    readonly username: string;
    readonly password?: string;
    readonly passwordFile?: string;
  };
  readonly authorization?: {
    readonly type: string;
    readonly credentials?: string;
    readonly credentialsFile?: string;
  };
  readonly tls?: TlsAccess;
  readonly proxyUrl?: string;
  readonly followRedirects: boolean;
}

export interface TlsAccess {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly serverName?: string;
  readonly insecureSkipVerify: boolean;
}

/** As it is now. The same object as long as no file has changed. */
export interface AccessNow {
  /** The value of the Authorization header. */
  readonly authorization: string | undefined;
  readonly tls: TlsNow | undefined;
}

/** PEM texts and what goes with them, in the words of node:tls. */
export interface TlsNow {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
}

export interface AccessReader {
  /** @throws AppError `credentials` that names the file and what is wrong with it. */
  read(): AccessNow | Promise<AccessNow>;
}

/** Files are looked at no more often: a job of a thousand targets asks for its token a thousand times. */
const LOOK_AGAIN_MS = 1_000;
const MAX_PEM_BYTES = 1_048_576;

type Files = Readonly<Record<'secret' | 'ca' | 'cert' | 'key', SecretFile | undefined>>;
type Texts = Readonly<Record<keyof Files, string | undefined>>;

/** @param now a clock in milliseconds that never jumps. */
export function createAccessReader(access: HttpAccess, now = () => performance.now()): AccessReader {
  const files = filesOf(access);
  let last: { readonly texts: Texts; readonly access: AccessNow } | undefined;
  let until = Number.NEGATIVE_INFINITY;
  let reading: Promise<AccessNow> | undefined;

  async function readAgain(): Promise<AccessNow> {
    try {
      const texts = await readTexts(files);
      if (last === undefined || !isSame(texts, last.texts)) last = { texts, access: accessOf(access, texts) };
      until = now() + LOOK_AGAIN_MS;
      return last.access;
    } finally {
      reading = undefined;
    }
  }

  if (Object.values(files).every((file) => file === undefined)) {
    const fixed = accessOf(access, {} as Texts);
    return { read: () => fixed };
  }
  return {
    read() {
      if (last !== undefined && now() < until) return last.access;
      reading ??= readAgain();
      return reading;
    },
  };
}

function filesOf({ basicAuth, authorization, tls }: HttpAccess): Files {
  const file = (path: string | undefined, bytes?: number) =>
    path === undefined ? undefined : secretFile(path, bytes);
  return {
    secret: file(basicAuth?.passwordFile ?? authorization?.credentialsFile),
    ca: file(tls?.caFile, MAX_PEM_BYTES),
    cert: file(tls?.certFile, MAX_PEM_BYTES),
    key: file(tls?.keyFile, MAX_PEM_BYTES),
  };
}

async function readTexts(files: Files): Promise<Texts> {
  const [secret, ca, cert, key] = await Promise.all([
    files.secret?.read(),
    files.ca?.read(),
    files.cert?.read(),
    files.key?.read(),
  ]);
  return { secret, ca, cert, key };
}

function isSame(a: Texts, b: Texts): boolean {
  return a.secret === b.secret && a.ca === b.ca && a.cert === b.cert && a.key === b.key;
}

function accessOf(access: HttpAccess, texts: Texts): AccessNow {
  return { authorization: authorizationOf(access, texts.secret), tls: tlsOf(access.tls, texts) };
}

function authorizationOf(
  { basicAuth, authorization }: HttpAccess,
  secret: string | undefined,
): string | undefined {
  if (basicAuth !== undefined) {
    const pair = `${basicAuth.username}:${secret ?? basicAuth.password ?? ''}`;
    return `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  const credentials = secret?.trim() ?? authorization?.credentials;
  if (authorization === undefined || credentials === undefined) return undefined;
  return `${authorization.type} ${credentials}`;
}

function tlsOf(tls: TlsAccess | undefined, { ca, cert, key }: Texts): TlsNow | undefined {
  if (tls === undefined) return undefined;
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
    rejectUnauthorized: !tls.insecureSkipVerify,
  };
}
