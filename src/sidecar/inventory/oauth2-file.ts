// The file of OAuth2's client credentials: YAML, with the fields of Prometheus' `oauth2` block.

import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { readHttpUrl } from '../../lib/setting-values.ts';

export interface OAuth2Client {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly tokenUrl: string;
  readonly scopes: readonly string[];
  /** Further parameters of the request for a token. */
  readonly endpointParams: Readonly<Record<string, string>>;
}

const FIELDS = ['client_id', 'client_secret', 'token_url', 'scopes', 'endpoint_params'];

/** @throws Error that says what is wrong, and repeats nothing of the file. */
export function parseOAuth2File(text: string): OAuth2Client {
  const fields = fieldsOf(text);
  const unknown = [...fields.keys()].findIndex((name) => !FIELDS.includes(name));
  if (unknown >= 0) throw new Error(`its field ${unknown + 1} is none of ${FIELDS.join(', ')}`);
  const required = (name: string) => {
    const value = fields.get(name);
    if (typeof value !== 'string' || value === '') throw new Error(`${name} is missing, or no text`);
    return value;
  };
  return {
    clientId: required('client_id'),
    clientSecret: required('client_secret'),
    tokenUrl: tokenUrlOf(required('token_url')),
    scopes: listOf('scopes', fields.get('scopes')),
    endpointParams: paramsOf('endpoint_params', fields.get('endpoint_params')),
  };
}

// In the schema `failsafe` every value is text: a client_id of digits stays what it is.
function fieldsOf(text: string): Map<string, unknown> {
  const lines = new LineCounter();
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false, lineCounter: lines });
  const [error] = document.errors;
  // The error's message may quote the text.
  if (error !== undefined)
    throw new Error(`line ${lines.linePos(error.pos[0]).line} is no YAML (${error.code})`);
  if (!isMap(document.contents)) throw new Error(`it is no YAML with ${FIELDS.join(', ')}`);
  return new Map(
    document.contents.items.map(({ key, value }) => [isScalar(key) ? String(key.value) : '', plain(value)]),
  );
}

function plain(node: unknown): unknown {
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return node.items.map(plain);
  if (!isMap(node)) return null;
  return new Map(node.items.map(({ key, value }) => [plain(key), plain(value)]));
}

function tokenUrlOf(text: string): string {
  try {
    return readHttpUrl(text);
  } catch {
    throw new Error('token_url is no http or https URL without user name and password');
  }
}

function listOf(name: string, value: unknown): string[] {
  if (value === undefined || value === '') return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new Error(`${name} is no list of texts`);
}

function paramsOf(name: string, value: unknown): Record<string, string> {
  if (value === undefined || value === '') return {};
  const entries = value instanceof Map ? [...value] : undefined;
  if (entries?.every((entry) => entry.every((part) => typeof part === 'string')))
    return Object.fromEntries(entries as [string, string][]);
  throw new Error(`${name} is no map of texts`);
}
