import { hashSync } from 'bcryptjs';
import { describe, expect, test } from 'vitest';
import { judgeBasic } from '../../src/lib/basic-auth.ts';
import type { PasswordMemory } from '../../src/lib/password-memory.ts';

const USERS = new Map([
  ['alice', hashSync('right', 4)],
  ['bob', hashSync('other', 4).replace('$04$', '$09$')],
]);

/** Takes every password for right, and tells what it was asked. */
function memory(answer: Awaited<ReturnType<PasswordMemory['matches']>> = true) {
  const asked: { user: string; password: string; hash: string; address: string }[] = [];
  const matches: PasswordMemory['matches'] = async (user, password, hash, address) => {
    asked.push({ user, password, hash, address });
    return answer;
  };
  return { asked, matches };
}

const encoded = (text: string) => Buffer.from(text).toString('base64');

describe('user and password are read', () => {
  test.each([
    ['as browsers send them', `Basic ${encoded('alice:right')}`, 'right'],
    ['whatever the case of the scheme', `bAsIc  ${encoded('alice:right')} `, 'right'],
    ['with a colon in the password', `Basic ${encoded('alice:a:b')}`, 'a:b'],
    ['without a password', `Basic ${encoded('alice:')}`, ''],
    ['in UTF-8', `Basic ${encoded('alice:grüße')}`, 'grüße'],
  ])('%s', async (_, authorization, password) => {
    const { asked, matches } = memory();
    expect(await judgeBasic(authorization, USERS, '192.0.2.1', { matches })).toEqual({ user: 'alice' });
    expect(asked).toEqual([{ user: 'alice', password, hash: USERS.get('alice'), address: '192.0.2.1' }]);
  });
});

describe('no comparison is made of', () => {
  test.each([
    ['nothing', undefined],
    ['another scheme', 'Bearer abc'],
    ['no base64', 'Basic ä!'],
    ['no colon', `Basic ${encoded('alice')}`],
    ['two values', `Basic ${encoded('alice:right')}, Basic ${encoded('alice:right')}`],
  ])('%s', async (_, authorization) => {
    const { asked, matches } = memory();
    expect(await judgeBasic(authorization, USERS, '', { matches })).toEqual({ refused: 'unknown' });
    expect(asked).toEqual([]);
  });
});

test('an unknown user costs a comparison as expensive as the most expensive, and is refused whatever comes of it', async () => {
  const { asked, matches } = memory(true);
  const verdict = await judgeBasic(`Basic ${encoded('carol:x')}`, USERS, '', { matches });
  expect(verdict).toEqual({ refused: 'unknown' });
  expect(asked.map(({ hash }) => hash)).toEqual([expect.stringMatching(/^\$2b\$09\$[./\w]{53}$/)]);
});

test('names that objects inherit are unknown too', async () => {
  for (const name of ['constructor', '__proto__', 'toString']) {
    const verdict = await judgeBasic(`Basic ${encoded(`${name}:x`)}`, USERS, '', memory());
    expect(verdict).toEqual({ refused: 'unknown' });
  }
});

test.each(['too_many', 'overloaded'] as const)('what cannot be compared now is %s', async (refused) => {
  const verdict = await judgeBasic(`Basic ${encoded('alice:right')}`, USERS, '', memory(refused));
  expect(verdict).toEqual({ refused });
});
