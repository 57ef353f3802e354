import { describe, expect, test } from 'vitest';
import { basicOf } from '../../src/lib/basic-credentials.ts';

describe('user:password', () => {
  const f = (text: string, encoded: string) =>
    test(text, () => expect(basicOf(text)).toBe(`Basic ${encoded}`));
  f('Aladdin:open sesame', 'QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
  f('test:123£', 'dGVzdDoxMjPCow=='); // RFC 7617
  f('user:pass:word', Buffer.from('user:pass:word').toString('base64'));
  f('user:', Buffer.from('user:').toString('base64'));

  test('needs its colon and one line', () => {
    expect(() => basicOf('user')).toThrow('it is not user:password');
    expect(() => basicOf('a:b\nc:d')).toThrow('one line of user:password belongs there');
  });
});
