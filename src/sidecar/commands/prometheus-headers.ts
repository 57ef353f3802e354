// What goes with every request to a Prometheus: who asks, and the headers of a file, which may hold a credential.

import { AppError, messageOf } from '../../lib/errors.ts';
import { secretFile } from '../../lib/secret-file.ts';
import { headersOf } from '../inventory/authorization.ts';

export type Headers = Readonly<Record<string, string>>;

/**
 * The headers of a file of `Name: value` lines, read anew for each request, so that a token may change.
 * @returns a function that throws AppError `credentials` when the file cannot be used; it repeats nothing of it.
 */
export function prometheusHeaders(userAgent: string, path: string | undefined): () => Promise<Headers> {
  const own = { 'user-agent': userAgent, accept: 'application/json' };
  if (path === undefined) return async () => own;
  const file = secretFile(path);
  return async () => ({ ...own, ...parse(path, await file.read()) });
}

function parse(path: string, text: string): Headers {
  try {
    return headersOf(text);
  } catch (error) {
    throw new AppError('credentials', `cannot use ${path}: ${messageOf(error)}`);
  }
}
