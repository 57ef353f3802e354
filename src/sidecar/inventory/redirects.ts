// Redirects of a GET: a few, never from https to http.

import { AppError } from '../../lib/errors.ts';
import type { HttpAnswer } from '../../lib/http-client.ts';
import { publicUrl } from '../../lib/public-url.ts';

/** An answer, and where it really came from. */
export interface Followed {
  readonly url: string;
  readonly answer: HttpAnswer;
}

const REDIRECTS = [301, 302, 303, 307, 308];
const MAX_REDIRECTS = 5;

/**
 * Gets the URL and follows what it says.
 * @param get makes one request; what it sends along is its own affair, for each URL anew.
 * @throws AppError `redirect`, and what `get` throws.
 */
export async function getFollowing(
  get: (url: string) => Promise<HttpAnswer>,
  url: string,
): Promise<Followed> {
  let at = url;
  for (let redirects = 0; ; redirects += 1) {
    const answer = await get(at);
    if (!REDIRECTS.includes(answer.status)) return { url: at, answer };
    const target = targetOf(at, answer);
    if (redirects === MAX_REDIRECTS) {
      throw new AppError(
        'redirect',
        `${publicUrl(url)} redirects more than ${MAX_REDIRECTS} times, at last to ${publicUrl(target)}`,
      );
    }
    at = target;
  }
}

function targetOf(from: string, { status, headers }: HttpAnswer): string {
  const target = URL.parse(headers.location ?? '', from);
  const says = `${publicUrl(from)} answers ${status}`;
  if (headers.location === undefined || target === null)
    throw new AppError('redirect', `${says} and does not say where to`);
  target.username = '';
  target.password = '';
  target.hash = '';
  const allowed = from.startsWith('https:') ? ['https:'] : ['http:', 'https:'];
  if (!allowed.includes(target.protocol))
    throw new AppError('redirect', `${says} and leads to ${shown(target)}, which is not followed from there`);
  return target.href;
}

function shown(target: URL): string {
  return target.origin === 'null' ? target.protocol : publicUrl(target.href);
}
