import { expect, test } from 'vitest';
import { chooseEncoding } from '../../inventory-server/encoding.ts';

test.each<[string | undefined, string, string]>([
  [undefined, 'identity', 'no header'],
  ['', 'identity', 'an empty header'],
  ['gzip', 'gzip', 'gzip'],
  ['GZip', 'gzip', 'in any case'],
  ['x-gzip', 'gzip', 'its old name'],
  ['deflate, br', 'identity', 'others only'],
  ['br, gzip;q=0.1', 'gzip', 'a small weight is a yes'],
  ['gzip;q=0', 'identity', 'a weight of 0 is a no'],
  ['gzip; q=0.000', 'identity', 'with space and zeros too'],
  ['*', 'gzip', 'anything'],
  ['*;q=0', 'identity', 'nothing'],
  ['gzip;q=0, *', 'identity', 'anything but gzip'],
  ['gzip;q=0.5, identity', 'identity', 'plain is preferred'],
  ['gzip;q=0.5, identity;q=0.5', 'gzip', 'both alike'],
  ['gzip;q=1.000, identity;q=0.5', 'gzip', 'gzip is preferred'],
  ['gzip;q=2', 'identity', 'a weight that is none'],
  ['gzip;level=3', 'gzip', 'another parameter'],
])('Accept-Encoding %j gets %s: %s', (header, encoding) => {
  expect(chooseEncoding(header)).toBe(encoding);
});
