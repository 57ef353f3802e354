// How a command reaches the sidecar on this machine: over TLS when its configuration says so, to the very certificate
// that is configured, with the user and the client certificate that are set for commands.

import { readFile } from 'node:fs/promises';
import { TLSSocket } from 'node:tls';
import { Agent, buildConnector } from 'undici';
import { AppError, codeOf, messageOf } from '../../lib/errors.ts';
import { hostPort, loopbackOf } from '../../lib/listen-address.ts';
import type { Config } from '../config.ts';

const CONNECT_MS = 4_000;

/** The settings that say where the sidecar is and how it is asked. */
export type OwnServer = Pick<Config, 'listenAddress' | 'webConfigFile' | 'webClient'>;

export interface Way {
  /** `host:port`, for messages. */
  readonly where: string;
  readonly origin: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Agent;
}

/** @throws AppError `settings` that names the setting whose file cannot be used. */
export async function wayTo({ listenAddress, webConfigFile, webClient }: OwnServer): Promise<Way> {
  const { host, port } = loopbackOf(listenAddress);
  const where = hostPort(host, port);
  const { basicAuthFile } = webClient;
  const pair =
    basicAuthFile && (await readSet('WEB_BASIC_AUTH_FILE', basicAuthFile)).toString('utf8').trimEnd();
  const headers = pair ? { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } : {};
  // A reload is waited for longer than undici would by itself, a connection on this machine not so long.
  const patience = { headersTimeout: 0, bodyTimeout: 0, connectTimeout: CONNECT_MS };
  const certificate = webConfigFile === undefined ? undefined : await ownCertificate(webConfigFile);
  if (certificate === undefined)
    return { where, headers, origin: `http://${where}`, dispatcher: new Agent(patience) };
  const connect = pinnedTo(certificate, await clientCertificate(webClient));
  return { where, headers, origin: `https://${where}`, dispatcher: new Agent({ ...patience, connect }) };
}

async function ownCertificate(webConfigFile: string): Promise<Buffer | undefined> {
  const { readServerCertificate } = await import('../../lib/web-config-file.ts');
  return readServerCertificate(webConfigFile)?.raw;
}

async function clientCertificate({ certFile, keyFile }: OwnServer['webClient']) {
  if (certFile === undefined || keyFile === undefined) return {};
  const cert = await readSet('WEB_CLIENT_CERT_FILE', certFile);
  return { cert, key: await readSet('WEB_CLIENT_KEY_FILE', keyFile) };
}

async function readSet(setting: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new AppError('settings', `cannot read ${setting} ${path}: ${codeOf(cause) ?? messageOf(cause)}`, {
      cause,
    });
  }
}

// A certificate seldom names loopback, and an expired one must not keep an operator from asking what is wrong: the
// other end is right when it shows, and has the key of, exactly the certificate that is configured.
function pinnedTo(expected: Buffer, client: object): buildConnector.connector {
  const connect = buildConnector({ ...client, rejectUnauthorized: false, timeout: CONNECT_MS });
  return (options, callback) =>
    connect(options, (error, socket) => {
      if (error !== null) return callback(error, null);
      if (socket instanceof TLSSocket && socket.getPeerCertificate().raw?.equals(expected)) {
        return callback(null, socket);
      }
      socket.destroy();
      callback(new Error('its certificate is not the one that WEB_CONFIG_FILE names'), null);
    });
}
