import { expect, test } from 'vitest';
import { publicUrl } from '../../src/lib/public-url.ts';

test('a URL is shown without user info, query and fragment', () => {
  expect(publicUrl('https://u:p@h:1/p?q=secret#f')).toBe('https://h:1/p?…');
  expect(publicUrl('http://h/')).toBe('http://h/');
});
