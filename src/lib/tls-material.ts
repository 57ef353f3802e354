// Certificates and keys of a TLS server, read and checked one by one, so that a fault names its file.

import { constants, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { messageOf } from './errors.ts';
import type { Pem, TlsServerConfig } from './web-config.ts';

/** @throws Error that names the file and what is wrong with it. */
export function readTlsMaterial(
  tls: TlsServerConfig,
  readFile: (path: string) => Buffer,
): SecureContextOptions {
  const pem = (source: Pem) => ('file' in source ? readFile(source.file).toString('latin1') : source.text);
  const cert = pem(tls.cert);
  const key = pem(tls.key);
  checkPair(cert, key, tls);
  const ca = tls.clientCa === undefined ? [] : [pem(tls.clientCa)];
  for (const text of ca) readCertificate(text, nameOf(tls.clientCa, 'client_ca'));
  const options = {
    cert,
    key,
    // Absent, it would stand for every authority that Node brings along.
    ca,
    minVersion: tls.ciphers?.length === 0 ? 'TLSv1.3' : tls.minVersion,
    maxVersion: tls.maxVersion,
    ...(tls.ciphers !== undefined && { ciphers: tls.ciphers.join(':') }),
    ...(tls.curves !== undefined && { ecdhCurve: tls.curves.join(':') }),
    honorCipherOrder: tls.serverChooses,
    // A resumed session would keep what its first handshake found about the client: each connection is judged anew.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  };
  checkUse(options, nameOf(tls.cert, 'cert'));
  return options;
}

// A key that is too short, a chain that is cut: a running server must not be the first to find out.
function checkUse(options: SecureContextOptions, where: string): void {
  try {
    createSecureContext(options);
  } catch (cause) {
    throw new Error(`${where} is of no use for TLS: ${messageOf(cause)}`, { cause });
  }
}

/** The first certificate in PEM text, which is the server's own. @throws Error that names where it was looked for. */
export function readCertificate(pem: string, where: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new Error(`${where} holds no certificate in PEM form`, { cause });
  }
}

function checkPair(cert: string, key: string, tls: TlsServerConfig): void {
  const certificate = readCertificate(cert, nameOf(tls.cert, 'cert'));
  const keyName = nameOf(tls.key, 'key');
  if (!certificate.checkPrivateKey(readPrivateKey(key, keyName))) {
    throw new Error(`${keyName} does not belong to the certificate in ${nameOf(tls.cert, 'cert')}`);
  }
}

function readPrivateKey(pem: string, where: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const encrypted = messageOf(cause).includes('passphrase') || pem.includes('ENCRYPTED');
    throw new Error(`${where} holds ${encrypted ? 'an encrypted key' : 'no private key in PEM form'}`, {
      cause,
    });
  }
}

function nameOf(pem: Pem | undefined, inline: string): string {
  return pem !== undefined && 'file' in pem ? pem.file : `tls_server_config.${inline}`;
}
