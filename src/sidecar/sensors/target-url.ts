// A target as a URL: host and port, and its scheme and path as labels.

import { isAbsolutePath } from '../../lib/absolute-path.ts';
import { type Address, parseAddress } from './address.ts';
import { shown } from './excerpt.ts';
import { EntryFault } from './set-aside.ts';

export interface TargetUrl extends Address {
  readonly labels: Readonly<Record<string, string>>;
}

const PORTS: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['https', 443],
]);

/**
 * Reads `http://host:port/path`; without a port it is that of the scheme.
 * @throws EntryFault that says what is wrong with the text.
 */
export function parseTargetUrl(text: string): TargetUrl {
  const [, written = '', authority = '', path = ''] = /^(\w*):\/\/([^/?#]*)(.*)$/s.exec(text) ?? [];
  const scheme = written.toLowerCase();
  if (!PORTS.has(scheme))
    throw new EntryFault('bad_scheme', `the scheme of ${shown(text)} is not http or https`);
  if (text.includes('@')) throw new EntryFault('bad_host', `${shown(text)} holds a user name or password`);
  const { host, port = PORTS.get(scheme) } = parseAddress(authority);
  return { host, port, labels: { __scheme__: scheme, ...pathLabel(path, text) } };
}

// A slash alone is how many people end a URL.
function pathLabel(path: string, text: string): Readonly<Record<string, string>> {
  if (path === '' || path === '/') return {};
  if (!isAbsolutePath(path))
    throw new EntryFault('bad_path', `the path of ${shown(text)} has a query, # or space`);
  return { __metrics_path__: path.toWellFormed() };
}
