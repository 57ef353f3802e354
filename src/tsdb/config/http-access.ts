// How a server is asked: credentials, TLS and proxy, in a job and in http_sd_configs alike.

import { resolve } from 'node:path';
import { messageOf } from '../../lib/errors.ts';
import type { HttpAccess, TlsAccess } from '../../lib/http-access.ts';
import { readProxyUrl } from '../../lib/setting-values.ts';
import { type Field, fault, fields, orEmpty, type Read, truth, word } from '../../lib/yaml-fields.ts';
import { only, unsupported } from './other-fields.ts';
import { string } from './values.ts';

/** The fields of it; relative files lie in `folder`. */
export function accessFields(folder: string) {
  const file = fileIn(folder);
  return {
    basic_auth: basicAuth(file),
    authorization: authorization(file),
    bearer_token: string,
    bearer_token_file: file,
    tls_config: tlsConfig(file),
    proxy_url: proxyUrl,
    follow_redirects: orEmpty(false, truth),
    // HTTP/1.1 is spoken whatever it says.
    enable_http2: orEmpty(false, truth),
    proxy_from_environment: only(false, truth, 'name the proxy in proxy_url'),
    no_proxy: unsupported('every target of a job goes through its proxy_url'),
    proxy_connect_header: unsupported('a user and password may stand in proxy_url'),
    oauth2: unsupported('use basic_auth or authorization'),
    http_headers: unsupported('use basic_auth or authorization'),
  } as const;
}

type AccessReads = ReturnType<typeof accessFields>;
type AccessValues = { readonly [Name in keyof AccessReads]?: ReturnType<AccessReads[Name]> };

/** @param field what the fields stand in. @throws Error when they do not go together. */
export function accessOf(field: Field, values: AccessValues): HttpAccess {
  const { basic_auth: basic, bearer_token: token, bearer_token_file: tokenFile } = values;
  const ways = {
    basic_auth: basic,
    authorization: values.authorization,
    bearer_token: token,
    bearer_token_file: tokenFile,
  };
  const given = Object.entries(ways).filter(([, value]) => value);
  if (given.length > 1)
    throw fault(field, `${field.name} has both ${given.map(([name]) => name).join(' and ')}; keep one`);
  return {
    ...(basic && { basicAuth: basic }),
    ...(values.authorization && { authorization: values.authorization }),
    ...(token && { authorization: { type: 'Bearer', credentials: token } }),
    ...(tokenFile && { authorization: { type: 'Bearer', credentialsFile: tokenFile } }),
    ...(values.tls_config && { tls: values.tls_config }),
    ...(values.proxy_url && { proxyUrl: values.proxy_url }),
    followRedirects: values.follow_redirects ?? true,
  };
}

// An empty name is none.
function fileIn(folder: string): Read<string | undefined> {
  return (field) => {
    const name = string(field);
    return name === '' ? undefined : resolve(folder, name);
  };
}

type ReadFile = ReturnType<typeof fileIn>;

const NO_MANAGER = 'there is no secret manager; use a file';

function basicAuth(file: ReadFile): Read<HttpAccess['basicAuth']> {
  const known = fields({
    username: string,
    password: string,
    password_file: file,
    username_file: unsupported('write the user name in username'),
    username_ref: unsupported(NO_MANAGER),
    password_ref: unsupported(NO_MANAGER),
  });
  return (field) => {
    const { username = '', password, password_file: passwordFile } = known(field);
    keepOne(field, { password, password_file: passwordFile });
    return { username, ...(password && { password }), ...(passwordFile && { passwordFile }) };
  };
}

function authorization(file: ReadFile): Read<HttpAccess['authorization']> {
  const known = fields({
    type: string,
    credentials: string,
    credentials_file: file,
    credentials_ref: unsupported(NO_MANAGER),
  });
  return (field) => {
    const { type = '', credentials, credentials_file: credentialsFile } = known(field);
    keepOne(field, { credentials, credentials_file: credentialsFile });
    if (type.trim().toLowerCase() === 'basic') throw fault(field, 'type cannot be Basic; use basic_auth');
    return {
      type: type.trim() || 'Bearer',
      ...(credentials && { credentials }),
      ...(credentialsFile && { credentialsFile }),
    };
  };
}

function keepOne(field: Field, either: Readonly<Record<string, string | undefined>>): void {
  const names = Object.keys(either);
  if (Object.values(either).every(Boolean))
    throw fault(field, `${field.name} has both ${names.join(' and ')}; keep one`);
}

const INLINE = 'name a file, e.g. in ca_file';
const VERSIONS = { TLS10: 'TLS10', TLS11: 'TLS11', TLS12: 'TLS12', TLS13: 'TLS13' };

function tlsConfig(file: ReadFile): Read<TlsAccess> {
  const known = fields({
    ca_file: file,
    cert_file: file,
    key_file: file,
    server_name: string,
    insecure_skip_verify: truth,
    min_version: only('TLS12', word(VERSIONS), 'TLS 1.2 and 1.3 are spoken'),
    max_version: only('TLS13', word(VERSIONS), 'TLS 1.2 and 1.3 are spoken'),
    ca: unsupported(INLINE),
    cert: unsupported(INLINE),
    key: unsupported(INLINE),
    ca_ref: unsupported(NO_MANAGER),
    cert_ref: unsupported(NO_MANAGER),
    key_ref: unsupported(NO_MANAGER),
  });
  return (field) => {
    const {
      ca_file: caFile,
      cert_file: certFile,
      key_file: keyFile,
      server_name: serverName,
      ...rest
    } = known(field);
    if (certFile && !keyFile) throw fault(field, 'tls_config has a cert_file but no key_file');
    if (keyFile && !certFile) throw fault(field, 'tls_config has a key_file but no cert_file');
    return {
      ...(caFile && { caFile }),
      ...(certFile && { certFile }),
      ...(keyFile && { keyFile }),
      ...(serverName && { serverName }),
      insecureSkipVerify: rest.insecure_skip_verify ?? false,
    };
  };
}

const proxyUrl: Read<string | undefined> = (field) => {
  try {
    return readProxyUrl(string(field));
  } catch (error) {
    throw fault(field, `${field.name} ${messageOf(error)}`);
  }
};
