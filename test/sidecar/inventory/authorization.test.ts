import { describe, expect, test } from 'vitest';
import { bearerOf, headersOf } from '../../../src/sidecar/inventory/authorization.ts';

describe('a bearer token', () => {
  test('is the text without spaces around it', () => {
    expect(bearerOf(' abc.DEF-123_~+/= \n')).toBe('Bearer abc.DEF-123_~+/=');
  });

  const f = (text: string, message: string) =>
    test(`is not ${JSON.stringify(text)}`, () => expect(() => bearerOf(text)).toThrow(message));
  f('Bearer abc', 'it begins with the word Bearer; only the token belongs there');
  f('bearer\tabc', 'it begins with the word Bearer; only the token belongs there');
  f('two words', 'it holds a space, or what no header may hold');
  f('a\nb', 'it holds a space, or what no header may hold');
  f('é', 'it holds a space, or what no header may hold');
});

describe('extra headers', () => {
  test('are one a line, with comments and empty lines between', () => {
    const text =
      '# for the gateway\nX-Api-Key: abc:def\r\n\n  \nX-Tenant:\t7 \nAuthorization: Token t\nX-Empty:\nX-Latin: \xe9';
    expect(headersOf(text)).toEqual({
      'x-api-key': 'abc:def',
      'x-tenant': '7',
      authorization: 'Token t',
      'x-empty': '',
      'x-latin': '\xe9',
    });
  });

  const f = (text: string, message: string) =>
    test(`are not ${JSON.stringify(text)}`, () => expect(() => headersOf(text)).toThrow(new Error(message)));
  f('planted-secret', 'line 1 is not Name: value');
  f('# a\nX A: b', 'line 2 is not Name: value');
  f(' X-A: b', 'line 1 is not Name: value');
  f(': b', 'line 1 is not Name: value');
  f('X-A: b\n c', 'line 2 is not Name: value'); // headers are not folded any more
  f('X-A: planted\x07secret', 'line 1 holds what no header may hold');
  f('X-A: planted\rsecret', 'line 1 holds what no header may hold');
  f('X-A: planted-秘密', 'line 1 holds what no header may hold');
  f('X-A: b\nx-a: c', 'line 2 sets x-a a second time');
  for (const name of [
    'Host',
    'Content-Length',
    'Transfer-Encoding',
    'If-None-Match',
    'Accept-Encoding',
    'Proxy-Authorization',
  ])
    f(`${name}: x`, `line 1 sets ${name.toLowerCase()}, which is not yours to set`);
});
