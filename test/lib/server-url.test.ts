import { describe, expect, test } from 'vitest';
import { serverUrl, type UrlForm } from '../../src/lib/server-url.ts';

const FORM: UrlForm = {
  schemes: ['redis', 'rediss'],
  kind: 'URL of Redis',
  isSound: ({ hostname }) => hostname !== '',
};

const read = (text: string) => serverUrl(text, 'FILE', FORM);

test.each([
  'redis://h',
  'rediss://h:6379/0',
  'redis://:p%40s%2Fs%23w%3F%25@h:1/0',
  'redis://u:p:w@[::1]:1',
  'redis://h?a=b',
])('%s is taken as it is', (text) => {
  expect(read(text)).toBe(text);
});

test.each(['redis:h', 'http://h', 'h', ''])('what begins otherwise is told: %j', (text) => {
  expect(() => read(text)).toThrow(/^cannot use FILE: it holds no URL of Redis$/);
});

describe('a URL that leads elsewhere than was meant is refused:', () => {
  test.each([
    ['@', 'redis://:hid@den@h'],
    ['/', 'redis://:hid/den@h'],
    ['/ behind digits', 'redis://hid:1/den@h'],
    ['#', 'redis://:hid#den@h'],
    ['# behind digits', 'redis://hid:1#den@h'],
    ['?', 'redis://hid:1?den@h'],
    ['?a=', 'redis://hid:1?a=den@h'],
    ['all of them', 'redis://hid:p@s/s#w?@h'],
    ['%', 'redis://:hid%den@h'],
    ['a fragment', 'redis://h/0#hid'],
    ['no host', 'redis:///0'],
    ['a port that is none', 'redis://h:hid'],
  ])('%s', (_, text) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        reason: 'credentials',
        message:
          'cannot use FILE: it holds no valid URL; characters such as @ / # ? in a password are written percent-encoded (%40 %2F %23 %3F), and % itself as %25',
      }),
    );
  });
});
