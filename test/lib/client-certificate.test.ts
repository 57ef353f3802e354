import { expect, test } from 'vitest';
import { alternativeNames } from '../../src/lib/client-certificate.ts';

test.each([
  ['', []],
  ['DNS:inventory-sd', ['inventory-sd']],
  ['DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1', ['localhost', '127.0.0.1', '[::1]']],
  ['URI:spiffe://a/b, email:me@example.com', ['spiffe://a/b', 'me@example.com']],
  ['DNS:"a, DNS:b", DNS:c', ['a, DNS:b', 'c']],
  ['DNS:"say \\"b\\"", DNS:c', ['say "b"', 'c']],
  ['Registered ID:1.2.3, DNS:a', ['a']],
  // Not understood whole: nothing is taken.
  ['DNS:a, othername:"x"', []],
  ['DNS:a, DNS:"b', []],
])('the names in %s', (text, names) => {
  expect(alternativeNames(text)).toEqual(names);
});
