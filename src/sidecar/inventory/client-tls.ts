// The client certificate and the trusted authorities, checked before they are used.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import { messageOf } from '../../lib/errors.ts';
import type { ClientTls } from '../../lib/http-client-agents.ts';
import { type CredentialFiles, credentialFile, unusable } from './credential-files.ts';

/** TLS towards the inventory itself, and towards anybody else: undefined where it is as usual. */
export interface TlsPair {
  readonly own: ClientTls | undefined;
  readonly other: ClientTls | undefined;
}

/**
 * Makes the function that reads the files; as long as they stay as they are it returns the very same objects.
 * Anybody else is shown no certificate, and may also come from a public authority.
 */
export function createTlsReader(files: CredentialFiles): () => Promise<TlsPair> {
  const caFile = credentialFile(files, 'INVENTORY_CA_FILE', certificatesOf);
  const certFile = credentialFile(files, 'INVENTORY_CERT_FILE', (text) => ({
    text,
    chain: certificatesOf(text),
  }));
  // The certificate's file may hold the key as well.
  const keyFile = credentialFile(
    files,
    files.INVENTORY_KEY_FILE ? 'INVENTORY_KEY_FILE' : 'INVENTORY_CERT_FILE',
    keyOf,
  );
  let last: { readonly read: readonly unknown[]; readonly pair: TlsPair } | undefined;

  return async () => {
    const read = await Promise.all([caFile?.read(), certFile?.read(), keyFile?.read()]);
    if (last?.read.every((value, index) => value === read[index])) return last.pair;
    const [ca, cert, key] = read;
    if (cert && keyFile && key && !new X509Certificate(cert.chain[0] ?? '').checkPrivateKey(key.key))
      throw unusable(keyFile.setting, 'the key does not belong to the certificate of INVENTORY_CERT_FILE');
    last = { read, pair: pairOf(ca, cert?.text, key?.text) };
    return last.pair;
  };
}

function pairOf(ca: string[] | undefined, cert: string | undefined, key: string | undefined): TlsPair {
  const isOwn = ca !== undefined || cert !== undefined;
  const everybody = ca === undefined ? undefined : [...getCACertificates('default'), ...ca];
  return {
    own: isOwn ? { ca, cert, key } : undefined,
    other: everybody === undefined ? undefined : { ca: everybody, cert: undefined, key: undefined },
  };
}

function certificatesOf(pem: string): string[] {
  const found = pem.match(/-----BEGIN (?:X509 )?CERTIFICATE-----[^-]+-----END [\w ]+-----/g) ?? [];
  if (found.length === 0) throw new Error('it holds no certificate in PEM form');
  for (const [index, text] of found.entries()) {
    try {
      new X509Certificate(text);
    } catch {
      throw new Error(`its certificate ${index + 1} cannot be read`);
    }
  }
  return found;
}

function keyOf(pem: string): { text: string; key: KeyObject } {
  try {
    return { text: pem, key: createPrivateKey(pem) };
  } catch (error) {
    const isEncrypted = pem.includes('ENCRYPTED') || messageOf(error).includes('passphrase');
    throw new Error(
      isEncrypted
        ? 'its key is encrypted; write one without a passphrase'
        : 'it holds no private key in PEM form',
    );
  }
}
