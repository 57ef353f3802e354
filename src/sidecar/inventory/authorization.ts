// What the files of a bearer token and of extra headers say. No message repeats it.

import { hasControls } from '../../lib/basic-credentials.ts';
import { messageOf } from '../../lib/errors.ts';

/** The value of the Authorization header. */
export function bearerOf(token: string): string {
  const text = token.trim();
  if (/^bearer\s/i.test(text))
    throw new Error('it begins with the word Bearer; only the token belongs there');
  if (!/^[\x21-\x7e]+$/.test(text)) throw new Error('it holds a space, or what no header may hold');
  return `Bearer ${text}`;
}

// These belong to the connection, to the proxy, or to how the answer is asked for and read.
const OURS =
  'accept-encoding connection content-length content-type expect host if-match if-modified-since if-none-match if-range ' +
  'keep-alive proxy-authorization proxy-connection range te trailer transfer-encoding upgrade';
const TAKEN = new Set(OURS.split(' '));

/** Extra headers by their name in lower case, from one `Name: value` a line; empty lines and those with # are passed over. */
export function headersOf(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    try {
      const [name, value] = headerOf(line);
      if (Object.hasOwn(headers, name)) throw new Error(`sets ${name} a second time`);
      headers[name] = value;
    } catch (error) {
      throw new Error(`line ${index + 1} ${messageOf(error)}`);
    }
  }
  return headers;
}

function headerOf(line: string): [name: string, value: string] {
  const [, written, value = ''] = /^([\w!#$%&'*+.^`|~-]+):[ \t]*(.*?)[ \t]*$/s.exec(line) ?? [];
  if (written === undefined) throw new Error('is not Name: value');
  const name = written.toLowerCase();
  if (TAKEN.has(name)) throw new Error(`sets ${name}, which is not yours to set`);
  if (hasControls(value) || /[^\0-\xff]/.test(value)) throw new Error('holds what no header may hold');
  return [name, value];
}
