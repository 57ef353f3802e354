// A target as a text: an address, or a URL, whose scheme and path become labels.

import { isAbsolutePath } from '../../lib/absolute-path.ts';
import type { Labels } from '../../model/labels.ts';
import { type Address, parseAddress } from './address.ts';
import { shown } from './excerpt.ts';
import { EntryFault } from './set-aside.ts';

export interface TargetText extends Address {
  /** What a URL says beyond host and port. */
  readonly labels: Labels | undefined;
}

const PORTS: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['https', 443],
]);

/**
 * Reads `host`, `host:port`, `[v6]:port` or `http://host:port/path`. A URL without a port has its scheme's.
 * @throws EntryFault that says what is wrong with the text.
 */
export function parseTargetText(text: string): TargetText {
  const url = /^(\w+):\/\/([^/?#]*)(.*)$/s.exec(text);
  if (url === null) return { ...parseAddress(text), labels: undefined };
  const [, written = '', authority = '', path = ''] = url;
  const scheme = written.toLowerCase();
  if (!PORTS.has(scheme))
    throw new EntryFault('bad_scheme', `the scheme of ${shown(text)} is not http or https`);
  if (text.includes('@')) throw new EntryFault('bad_host', `${shown(text)} holds a user name or password`);
  const { host, port = PORTS.get(scheme) } = parseAddress(authority);
  return { host, port, labels: { __scheme__: scheme, ...pathLabel(path, text) } };
}

// A slash alone is how many people end a URL.
function pathLabel(path: string, text: string): Labels {
  if (path === '' || path === '/') return {};
  if (!isAbsolutePath(path))
    throw new EntryFault('bad_path', `the path of ${shown(text)} has a query, # or space`);
  return { __metrics_path__: path.toWellFormed() };
}
