import { describe, expect, test, vi } from 'vitest';
import type { HttpAnswer } from '../../../src/lib/http-client.ts';
import type { OAuth2Client } from '../../../src/sidecar/inventory/oauth2-file.ts';
import { createTokens, type PostForm } from '../../../src/sidecar/inventory/oauth2-token.ts';

const CLIENT: OAuth2Client = {
  clientId: 'me & you',
  clientSecret: 'planted-secret:/',
  tokenUrl: 'https://login.test/token?tenant=planted-secret',
  scopes: ['read', 'list'],
  endpointParams: { audience: 'cmdb' },
};

const answer = (fields: unknown, status = 200, headers = {}): HttpAnswer => ({
  status,
  headers,
  body: Buffer.from(typeof fields === 'string' ? fields : JSON.stringify(fields)),
});
const given = (token: string, rest: object = { expires_in: 3600 }) =>
  answer({ access_token: token, token_type: 'Bearer', ...rest });

function server(...answers: HttpAnswer[]) {
  let now = 0;
  const tokens = createTokens(() => now);
  let asked = 0;
  const next = async () => answers[Math.min(asked++, answers.length - 1)] as HttpAnswer;
  const post = vi.fn<PostForm>(next);
  const get = (client = CLIENT) => tokens.get(client, post);
  return { get, post, drop: tokens.drop, pass: (seconds: number) => (now += seconds * 1000) };
}

test('the client asks by its name and secret in the header, encoded as in a form', async () => {
  const { get, post } = server(given('t'));
  expect(await get()).toBe('t');
  const [url, form, authorization] = post.mock.calls[0] ?? [];
  expect(url).toBe(CLIENT.tokenUrl);
  expect(form?.toString()).toBe('grant_type=client_credentials&audience=cmdb&scope=read+list');
  expect(authorization).toBe(`Basic ${btoa('me+%26+you:planted-secret%3A%2F')}`);
});

test('a server that wants them in the form gets them there, and from then on there first', async () => {
  const { get, post, drop } = server(answer({ error: 'invalid_client' }, 401), given('a'), given('b'));
  expect(await get()).toBe('a');
  drop();
  expect(await get()).toBe('b');
  const [, second, third] = post.mock.calls;
  for (const [, form, authorization] of [second, third].filter((call) => call !== undefined)) {
    expect(authorization).toBeUndefined();
    expect(form.get('client_id')).toBe('me & you');
    expect(form.get('client_secret')).toBe('planted-secret:/');
  }
  expect(post).toHaveBeenCalledTimes(3);
});

describe('a token is kept', () => {
  const f = (name: string, rest: object, seconds: number) =>
    test(`${name}: for ${seconds} s`, async () => {
      const { get, post, pass } = server(given('a', rest), given('b'));
      await get();
      pass(seconds - 1);
      expect(await get()).toBe('a');
      pass(1);
      expect(await get()).toBe('b');
      expect(post).toHaveBeenCalledTimes(2);
    });
  f('until a minute before its end', { expires_in: 3600 }, 3540);
  f('of a short one until the last tenth', { expires_in: 100 }, 90);
  f('given as text', { expires_in: '100' }, 90);
  f('without a time', {}, 3540);
  f('for ever', { expires_in: 1e12 }, 86_340);

  test('not at all when it is over', async () => {
    for (const expires_in of [0, -1, 'soon']) {
      const { get } = server(given('a', { expires_in }), given('b'));
      await get();
      expect(await get()).toBe('b');
    }
  });

  test('not for another client', async () => {
    const { get } = server(given('a'), given('b'));
    await get();
    expect(await get({ ...CLIENT, clientSecret: 'new' })).toBe('b');
  });
});

describe('no token:', () => {
  const f = (message: string, ...answers: HttpAnswer[]) =>
    test(message, async () => {
      await expect(server(...answers).get()).rejects.toMatchObject({
        reason: 'token',
        message: `no token from https://login.test/token?…: ${message}`,
        retryable: false,
      });
    });
  f('401 invalid_client', answer({ error: 'invalid_client', error_description: 'planted-secret' }, 401));
  f('400 invalid_scope', answer({ error: 'invalid_scope' }, 400), answer({ error: 'other' }, 401));
  f('403', answer({ error: 'Planted-Secret' }, 403));
  f('404', answer('<html>', 404));
  f('302', answer('', 302));
  f('the answer holds no access_token', answer('<html>'));
  f('the answer holds no access_token', answer('null'));
  f('the answer holds no access_token', given('a\nb'));
  f('the token is no bearer token', given('t', { token_type: 'mac' }));

  test('a server in trouble is asked again, and as late as it says', async () => {
    await expect(server(answer('', 503, { 'retry-after': '7' })).get()).rejects.toMatchObject({
      retryable: true,
      retryAfterMs: 7000,
    });
  });
});
