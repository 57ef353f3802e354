// Prometheus' web configuration file (TLS, response headers, users) as text → values; reads no other file.

import { resolve } from 'node:path';
import { CIPHER_SUITES, CURVES, TLS_VERSIONS } from './tls-names.ts';
import {
  entries,
  type Field,
  fault,
  fields,
  list,
  type Read,
  readYaml,
  text,
  truth,
  word,
} from './yaml-fields.ts';

/** PEM text, or the absolute path of the file that holds it. */
export type Pem = { readonly text: string } | { readonly file: string };

/** Whether a client shows a certificate: `asked` may show none, `given` must verify if shown, `required` must verify. */
export type ClientAuth = 'none' | 'asked' | 'any' | 'given' | 'required';

export interface TlsServerConfig {
  readonly cert: Pem;
  readonly key: Pem;
  readonly clientAuth: ClientAuth;
  readonly clientCa: Pem | undefined;
  /** When set, one of them is in the client's certificate. */
  readonly allowedSans: readonly string[] | undefined;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL's names; undefined: its own choice. Empty: none of TLS 1.2. */
  readonly ciphers: readonly string[] | undefined;
  readonly curves: readonly string[] | undefined;
  readonly serverChooses: boolean;
}

export interface WebConfig {
  readonly tls: TlsServerConfig | undefined;
  /** Added to every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by name. */
  readonly users: ReadonlyMap<string, string>;
}

/**
 * Reads the format of github.com/prometheus/exporter-toolkit, as strictly as it does.
 * @param folder that of the configuration: the files that it names are relative to it.
 * @throws Error that begins with the line of the first fault.
 */
export function parseWebConfig(source: string, folder: string): WebConfig {
  const read = readYaml(source, topLevel(folder));
  return {
    tls: read.tls_server_config,
    // One without a value is not sent.
    headers: Object.fromEntries(
      [...(read.http_server_config?.headers ?? [])].filter(([, value]) => value !== ''),
    ),
    users: read.basic_auth_users ?? new Map(),
  };
}

const topLevel = (folder: string) =>
  fields({
    tls_server_config: tlsServer(folder),
    // HTTP/1.1 is spoken whatever http2 says: a client that prefers HTTP/2 agrees on it in the handshake.
    http_server_config: fields({ http2: truth, headers: entries(header) }),
    basic_auth_users: users,
    rate_limit: unsupported('connections and requests are bounded without it'),
  });

function tlsServer(folder: string): Read<TlsServerConfig | undefined> {
  const file: Read<Pem | undefined> = (field) =>
    orNone(text(field), (name) => ({ file: resolve(folder, name) }));
  const inline: Read<Pem | undefined> = (field) => orNone(text(field), (pem) => ({ text: pem }));
  const known = fields({
    cert: inline,
    key: inline,
    client_ca: inline,
    cert_file: file,
    key_file: file,
    client_ca_file: file,
    client_auth_type: word(CLIENT_AUTH_TYPES),
    client_allowed_sans: list(text),
    min_version: word(TLS_VERSIONS),
    max_version: word(TLS_VERSIONS),
    cipher_suites: list(word(CIPHER_SUITES)),
    prefer_server_cipher_suites: truth,
    curve_preferences: list(word(CURVES)),
  });
  return (field) => {
    const values = known(field);
    if (Object.keys(values).length === 0) return undefined;
    const one = (name: 'cert' | 'key' | 'client_ca') =>
      oneOf(field, name, values[name], values[`${name}_file`]);
    const tls = {
      cert: needed(field, 'cert_file', one('cert')),
      key: needed(field, 'key_file', one('key')),
      clientAuth: values.client_auth_type ?? 'none',
      clientCa: one('client_ca'),
      allowedSans: values.client_allowed_sans,
      minVersion: values.min_version ?? 'TLSv1.2',
      maxVersion: values.max_version ?? 'TLSv1.3',
      ciphers: values.cipher_suites?.length
        ? values.cipher_suites.filter((name) => name !== undefined)
        : undefined,
      curves: values.curve_preferences?.length ? values.curve_preferences : undefined,
      serverChooses: values.prefer_server_cipher_suites ?? true,
    } satisfies TlsServerConfig;
    checkTogether(field, tls);
    return tls;
  };
}

const CLIENT_AUTH_TYPES: Readonly<Record<string, ClientAuth>> = {
  '': 'none',
  NoClientCert: 'none',
  RequestClientCert: 'asked',
  RequireAnyClientCert: 'any',
  RequireClientCert: 'any',
  VerifyClientCertIfGiven: 'given',
  RequireAndVerifyClientCert: 'required',
};

function orNone(value: string, make: (value: string) => Pem): Pem | undefined {
  return value === '' ? undefined : make(value);
}

function oneOf(field: Field, name: string, inline: Pem | undefined, file: Pem | undefined): Pem | undefined {
  if (inline !== undefined && file !== undefined) {
    throw fault(field, `${field.name} has both ${name} and ${name}_file; keep one`);
  }
  return inline ?? file;
}

function needed(field: Field, name: string, pem: Pem | undefined): Pem {
  if (pem === undefined) throw fault(field, `${field.name} has no ${name}`);
  return pem;
}

function checkTogether(field: Field, tls: TlsServerConfig): void {
  const verifies = tls.clientAuth === 'given' || tls.clientAuth === 'required';
  if (tls.minVersion > tls.maxVersion) throw fault(field, 'min_version is above max_version');
  if (tls.ciphers?.length === 0 && tls.maxVersion === 'TLSv1.2') {
    throw fault(field, 'cipher_suites has none for TLS 1.2, and max_version is TLS12');
  }
  if (tls.clientCa !== undefined && tls.clientAuth === 'none') {
    throw fault(field, 'client_ca_file is of no use without a client_auth_type');
  }
  // Go would take a certificate by any authority that the system trusts.
  if (tls.clientCa === undefined && verifies)
    throw fault(field, 'this client_auth_type needs a client_ca_file');
  if (tls.allowedSans !== undefined && tls.clientAuth !== 'any' && tls.clientAuth !== 'required') {
    const types = 'RequireAndVerifyClientCert or RequireAnyClientCert';
    throw fault(
      field,
      `client_allowed_sans needs client_auth_type ${types}: other clients may show no certificate`,
    );
  }
}

/** The only response headers that may be set, with the values that are told in advance. */
const HEADERS: Readonly<Record<string, readonly string[] | undefined>> = {
  'Content-Security-Policy': undefined,
  'Strict-Transport-Security': undefined,
  'X-Content-Type-Options': ['nosniff'],
  'X-Frame-Options': ['deny', 'sameorigin'],
  'X-XSS-Protection': undefined,
};

const header: Read<string> = (field) => {
  if (!Object.hasOwn(HEADERS, field.name)) {
    throw fault(field, `header ${field.name} cannot be set; only ${Object.keys(HEADERS).join(', ')}`);
  }
  const value = text(field);
  const allowed = HEADERS[field.name];
  if (allowed !== undefined && !allowed.includes(value)) {
    throw fault(field, `header ${field.name} is ${allowed.join(' or ')}, not ${JSON.stringify(value)}`);
  }
  if (!/^[\t\x20-\x7e]*$/.test(value))
    throw fault(field, `header ${field.name} holds a line end or no ASCII`);
  return value;
};

const users: Read<ReadonlyMap<string, string>> = (field) => {
  const read = entries(bcryptHash)(field);
  if (read.size > MAX_USERS)
    throw fault(field, `basic_auth_users are ${read.size}; ${MAX_USERS} are the most`);
  return read;
};

const MAX_USERS = 1000;
// A check of cost 15 takes three seconds, and all checks wait for each other.
const MAX_COST = 15;

const bcryptHash: Read<string> = (field) => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (!/^[^:\x00-\x1f\x7f]+$/.test(field.name)) throw fault(field, 'a user name is empty or holds a colon');
  const hash = text(field);
  const cost = Number(/^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(hash)?.[1]);
  if (Number.isNaN(cost)) {
    throw fault(
      field,
      `the password of ${JSON.stringify(field.name)} is no bcrypt hash ($2y$10$ and 53 characters)`,
    );
  }
  if (cost < 4 || cost > MAX_COST) {
    throw fault(
      field,
      `the hash of ${JSON.stringify(field.name)} has cost ${cost}; it may be 4 to ${MAX_COST}`,
    );
  }
  return hash;
};

function unsupported(why: string): Read<never> {
  return (field) => {
    throw fault(field, `${field.name} is not supported; ${why}`);
  };
}
