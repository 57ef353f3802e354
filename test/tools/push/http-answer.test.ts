import { expect, test } from 'vitest';
import { httpAnswer } from '../../../tools/push/http-answer.ts';

test.each([
  [200, 'taken'],
  [201, 'taken'],
  [204, 'taken'],
  [301, 'refused'],
  [400, 'refused'],
  [401, 'again'],
  [403, 'again'],
  [404, 'again'],
  [413, 'refused'],
  [415, 'refused'],
  [429, 'again'],
  [500, 'again'],
  [503, 'again'],
])('%i is %s', (status, fate) => {
  expect(httpAnswer(status, undefined, '')).toMatchObject({ status: `${status}`, fate });
});

test('Retry-After counts in seconds; another form is none', () => {
  expect(httpAnswer(429, '7', '').retryAfterMs).toBe(7000);
  expect(httpAnswer(429, 'Wed, 21 Oct 2026 07:28:00 GMT', '').retryAfterMs).toBeUndefined();
  expect(httpAnswer(429, '-1', '').retryAfterMs).toBeUndefined();
});

test('the reason is the error of the answer, or where it begins, in one bounded line', () => {
  const f = (body: string) => httpAnswer(503, undefined, body).why;
  expect(f('{"status":"error","error":"store away"}')).toBe('store away');
  expect(f('{"message":"no"}')).toBe('no');
  expect(f('<h1>\n bad\n gateway')).toBe('<h1> bad gateway');
  expect(f('null')).toBe('null');
  expect(f('x'.repeat(1000))).toHaveLength(300);
});
