// Tokens of OAuth2's client credentials grant (RFC 6749, section 4.4): kept while they are good, renewed a little early.

import type { HttpAnswer } from '../../lib/http-client.ts';
import { publicUrl } from '../../lib/public-url.ts';
import { FetchError, type FetchErrorDetails } from './fetch-error.ts';
import type { OAuth2Client } from './oauth2-file.ts';
import { retryAfter } from './retry-after.ts';

/** Sends a form; `authorization` is the value of that header. */
export type PostForm = (
  url: string,
  form: URLSearchParams,
  authorization: string | undefined,
) => Promise<HttpAnswer>;

export interface Tokens {
  /**
   * The token for this client, from memory while it is good.
   * @throws FetchError `token`, and what `post` throws.
   */
  get(client: OAuth2Client, post: PostForm): Promise<string>;
  /** Forgets the token: the inventory did not take it. */
  drop(): void;
}

/** How long a token without `expires_in` is used, and the longest that any is. Seconds. */
const LIFETIME = { assumed: 3600, longest: 86_400 };
/** How long before its end a token is renewed, at most. Seconds. */
const EARLY = 60;

interface Kept {
  readonly client: string;
  readonly token: string;
  readonly until: number;
}

/** Keeps one token. @param now a clock in milliseconds that never jumps. */
export function createTokens(now: () => number = () => performance.now()): Tokens {
  let kept: Kept | undefined;
  // Servers take the client's name and secret in a header, in the form, or in both places: what worked is tried first.
  let inForm = false;

  async function ask(client: OAuth2Client, post: PostForm): Promise<HttpAnswer> {
    const answer = await send(client, post, inForm);
    if (answer.status !== 400 && answer.status !== 401) return answer;
    const other = await send(client, post, !inForm);
    if (other.status !== 200) return answer;
    inForm = !inForm;
    return other;
  }

  return {
    async get(client, post) {
      const id = JSON.stringify(client);
      if (kept?.client === id && now() < kept.until) return kept.token;
      kept = undefined;
      const asked = now();
      const { token, seconds } = readToken(await ask(client, post), client.tokenUrl);
      kept = { client: id, token, until: asked + 1000 * (seconds - Math.min(EARLY, seconds / 10)) };
      return token;
    },
    drop() {
      kept = undefined;
    },
  };
}

function send(client: OAuth2Client, post: PostForm, inForm: boolean): Promise<HttpAnswer> {
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...client.endpointParams });
  if (client.scopes.length > 0) form.set('scope', client.scopes.join(' '));
  if (!inForm) return post(client.tokenUrl, form, basicOf(client));
  form.set('client_id', client.clientId);
  form.set('client_secret', client.clientSecret);
  return post(client.tokenUrl, form, undefined);
}

// Both encoded as in a form first (RFC 6749, section 2.3.1).
function basicOf({ clientId, clientSecret }: OAuth2Client): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`;
}

function readToken(answer: HttpAnswer, url: string): { token: string; seconds: number } {
  const fields = fieldsOf(answer.body);
  if (answer.status !== 200) throw refused(answer, fields.error, url);
  const { access_token: token, token_type: type = 'bearer', expires_in: expires } = fields;
  if (typeof token !== 'string' || !/^[\x21-\x7e]{1,16384}$/.test(token))
    throw failure(url, 'the answer holds no access_token');
  if (String(type).toLowerCase() !== 'bearer') throw failure(url, 'the token is no bearer token');
  const seconds = Number(expires ?? LIFETIME.assumed);
  return { token, seconds: seconds > 0 ? Math.min(seconds, LIFETIME.longest) : 0 };
}

function refused({ status, headers }: HttpAnswer, error: unknown, url: string): FetchError {
  // One of the words of RFC 6749, section 5.2, and nothing that could be a secret.
  const word = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? ` ${error}` : '';
  return failure(url, `${status}${word}`, {
    retryable: status === 429 || status >= 500,
    retryAfterMs: retryAfter(headers['retry-after'], Date.now()),
  });
}

function failure(url: string, why: string, details: FetchErrorDetails = { retryable: false }): FetchError {
  return new FetchError('token', `no token from ${publicUrl(url)}: ${why}`, details);
}

function fieldsOf(body: Buffer): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(body.toString());
    return typeof answer === 'object' && answer !== null ? { ...answer } : {};
  } catch {
    return {};
  }
}
