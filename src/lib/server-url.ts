// The URL of a database as a secret file holds it. No message ever holds a piece of it.

import { AppError } from './errors.ts';

export interface UrlForm {
  /** How it begins. */
  readonly schemes: readonly string[];
  /** What a file that begins otherwise does not hold: 'URL that …'. */
  readonly kind: string;
  /** Whether its path and its query, and a host that is empty, are such as the server's URLs have. */
  readonly isSound: (url: URL) => boolean;
}

const HINT =
  'characters such as @ / # ? in a password are written percent-encoded (%40 %2F %23 %3F), and % itself as %25';

/**
 * `text`, when it is a URL of that form. A password with characters that ought to be encoded leads to another host, path
 * or query: it must not get to a driver, which tells them in its messages.
 * @throws AppError `credentials` that names `path`.
 */
export function serverUrl(text: string, path: string, form: UrlForm): string {
  const refuse = (why: string) => new AppError('credentials', `cannot use ${path}: ${why}`);
  if (!form.schemes.some((scheme) => text.startsWith(`${scheme}://`)))
    throw refuse(`it holds no ${form.kind}`);
  const url = URL.parse(text);
  const isSound = url !== null && hasOneAuthority(text) && isEncoded(url) && form.isSound(url);
  if (!isSound) throw refuse(`it holds no valid URL; ${HINT}`);
  return text;
}

// What follows a / # ? of a password has the @ before the host in it.
function hasOneAuthority(text: string): boolean {
  return /^[a-z]+:\/\/([^@/?#]*@)?[^@/?#]*([/?][^@#]*)?$/.test(text);
}

function isEncoded({ username, password, pathname }: URL): boolean {
  try {
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
