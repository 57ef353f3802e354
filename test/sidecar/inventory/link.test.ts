import { describe, expect, test } from 'vitest';
import { isPage, nextLink } from '../../../src/sidecar/inventory/link.ts';

describe('the next page is', () => {
  const f = (header: string | undefined, target: string | undefined) =>
    test(`${header} → ${target}`, () => expect(nextLink(header)).toBe(target));
  f(undefined, undefined);
  f('', undefined);
  f('</list?page=2>; rel="next"', '/list?page=2');
  f('<http://a.example/list?page=2>;rel=next', 'http://a.example/list?page=2');
  f('</1>; rel="prev", </3>; rel="next", </9>; rel="last"', '/3');
  f('</9>; rel="last",</3>; rel="next"', '/3');
  f('</a,b;c?d="e">; title="x, <y>; rel=\\"next\\""; rel="next"', '/a,b;c?d="e"');
  f('</a>; title="rel=next"', undefined);
  f('</a>; title="a \\" b"; REL = "last Next"', '/a');
  f('<?page=2> ; rel="next"', '?page=2');
  f('</a>; rel=next; rel=prev', '/a');
  f('</a>; rel=prev; rel=next', undefined); // the first rel counts
  f('</a>; rel=next; anchor="/other"', undefined); // about another resource
  f("</a>; rel*=UTF-8''next", undefined);
  f('</a>; crossorigin; rel=next', '/a');
  f('</a>; rel="nextish"', undefined);
  f('/a; rel="next"', undefined);
  f('</a; rel="next"', undefined);
});

test.each([
  ['</1>; rel="first"', true],
  ['</9>; rel="last"', true],
  ['</1>; rel="prev"', true],
  ['</2>; rel="next"', true],
  ['</style.css>; rel=preload', false],
  [undefined, false],
])('%s belongs to one page of several: %s', (header, paged) => expect(isPage(header)).toBe(paged));

test('a hostile header is read in no time', () => {
  const hostile = `<a>${'; a="'.repeat(3000)}${' '.repeat(10_000)}<`;
  expect(nextLink(hostile)).toBeUndefined();
});
