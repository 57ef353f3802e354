// Why a request gave no whole answer: a reason that can be counted, and words for the operator.

import { errors } from 'undici';
import { AppError, codeOf, messageOf } from './errors.ts';

export const HTTP_FAILURES = ['dns', 'connection', 'tls', 'proxy', 'too_large', 'encoding'] as const;
export type HttpFailure = (typeof HTTP_FAILURES)[number];

/**
 * Whatever a request threw, as an error with a reason.
 * @param proxy through which it was made; its failures are told apart from the server's.
 * @param isHttp whether the server has answered before.
 */
export function httpFailure(
  error: unknown,
  url: string,
  proxy: string | undefined,
  isHttp = false,
): AppError<HttpFailure> {
  if (error instanceof AppError) return error as AppError<HttpFailure>;
  const found = failureOf(error);
  // Of two servers with TLS it is not told which failed.
  const isTlsOfProxy = found === 'tls' && url.startsWith('http:');
  const reason = proxy !== undefined && (isTlsOfProxy || isOfProxy(error)) ? 'proxy' : found;
  const via = proxy === undefined ? '' : ` (through the proxy ${new URL(proxy).origin})`;
  const hint = !isHttp && proxy === undefined && mayWantTls(error, url) ? '; does it speak https there?' : '';
  return new AppError(reason, describe(error, url) + via + hint, { cause: error });
}

// Through a proxy nothing but the proxy is looked up and connected to.
function isOfProxy(error: unknown): boolean {
  const code = codeOf(error) ?? '';
  if (code.startsWith('UND_ERR_PRX') || code === 'UND_ERR_CONNECT_TIMEOUT') return true;
  if (/^Proxy (response|Authentication)/.test(messageOf(error))) return true;
  const [first] = error instanceof AggregateError ? error.errors : [error];
  return (
    first instanceof Error && 'syscall' in first && /^(connect|getaddrinfo)$/.test(String(first.syscall))
  );
}

function failureOf(error: unknown): HttpFailure {
  const code = codeOf(error) ?? '';
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return 'dns';
  if (code.startsWith('Z_') || code.startsWith('ERR__ERROR_') || code.startsWith('ERR_BROTLI'))
    return 'encoding';
  if (/CERT|SSL|TLS|EPROTO|SELF_SIGNED|VERIFY/.test(code) && !code.startsWith('UND_')) return 'tls';
  return 'connection';
}

// What OpenSSL says is for programmers.
const TLS_WORDS: readonly (readonly [code: RegExp, words: string])[] = [
  [/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/, 'the certificate comes from no authority that is trusted'],
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)/,
    'the server does not speak TLS there',
  ],
  [
    /^ERR_SSL_.*ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_)/,
    'the server does not accept the client certificate, or asks for one',
  ],
  [
    /^ERR_SSL_.*(HANDSHAKE_FAILURE|NO_SHARED_CIPHER|UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION)/,
    'the server ends the handshake: no common version or cipher, or no client certificate',
  ],
];

function describe(error: unknown, url: string): string {
  // A refused connection to a name with two addresses is an AggregateError with an empty message.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join(', ');
  const code = codeOf(error) ?? '';
  const words = TLS_WORDS.find(([known]) => known.test(code))?.[1];
  if (words !== undefined) return words;
  if (url.startsWith('https:') && isSilentEnd(error))
    return 'the server ended the connection before any answer; does it ask for a client certificate?';
  if (error instanceof Error && code.startsWith('UND_ERR_PRX') && error.cause instanceof Error)
    return `${error.message}: ${error.cause.message}`;
  return messageOf(error);
}

// What a port that wants TLS makes of plain HTTP: an alert, which is no HTTP, or an end without a word.
function mayWantTls(error: unknown, url: string): boolean {
  const isNoHttp = error instanceof errors.HTTPParserError;
  return url.startsWith('http:') && (codeOf(error) === 'ECONNRESET' || isNoHttp || isSilentEnd(error));
}

// TLS 1.3 ends the handshake before the server has judged the client's certificate, and undici loses what it says then.
function isSilentEnd(error: unknown): boolean {
  return error instanceof errors.SocketError && error.socket?.bytesRead === 0;
}
