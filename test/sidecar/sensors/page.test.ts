import { describe, expect, test } from 'vitest';
import { readPage } from '../../../src/sidecar/sensors/page.ts';
import { mappingOf } from '../../helpers/mapping.ts';

type Settings = Record<string, string>;

const read = (body: string | Buffer, settings: Settings = {}) =>
  readPage(Buffer.from(body), mappingOf(settings), 'http://i/list');
const readJson = (answer: unknown, settings: Settings = {}) => read(JSON.stringify(answer), settings);

describe('the list is found', () => {
  const f = (name: string, answer: unknown, entries: unknown[]) =>
    test(name, () => expect(readJson(answer).entries).toEqual(entries));
  f('at the top', ['a', 'b'], ['a', 'b']);
  f('when it is empty', [], []);
  f('in the one list of an envelope', { pumps: ['a'], version: 3 }, ['a']);
  f('under a usual name, beside other lists', { results: ['a'], tags: ['x'], errors: [] }, ['a']);
  f('under a usual name written large', { Devices: ['a'], Tags: ['x'] }, ['a']);
  f('in an envelope that has a name itself', { name: 'hall 3', sensors: ['a'] }, ['a']);
  f('in an envelope in the envelope', { status: 'ok', data: { device_list: ['a'] } }, ['a']);
  f('and is one group of http_sd when that stands alone', { targets: ['a'], labels: { x: '1' } }, [
    { targets: ['a'], labels: { x: '1' } },
  ]);
});

describe('the next page is', () => {
  const f = (name: string, envelope: object, next: string | undefined) =>
    test(name, () => expect(readJson({ results: ['a'], ...envelope }).next).toBe(next));
  f('none without a word of it', {}, undefined);
  f('none when it is null', { next: null }, undefined);
  f('none when it is nothing', { next: '', next_page: 0, has_more: false }, undefined);
  f('where next says', { next: '/list?page=2' }, '/list?page=2');
  f('where links.next says', { links: { next: '?page=2' } }, '?page=2');
  f('where _links.next.href says', { _links: { next: { href: '/2' } } }, '/2');
  f('where @odata.nextLink says', { '@odata.nextLink': 'http://i/2' }, 'http://i/2');
  f('a page number, for whoever follows it to complain', { meta: { pagination: { next_page: 2 } } }, '2');
  f('a cursor', { nextPageToken: 'abc' }, 'abc');
  f('somewhere', { hasNext: true }, 'true');
  f('a URL rather than a cursor', { next_page: 2, paging: { next: '/2' } }, '/2');

  test('none for a bare list', () => expect(readJson(['a']).next).toBeUndefined());

  test('what INVENTORY_NEXT_JMESPATH finds, and nothing else', () => {
    const settings = { INVENTORY_NEXT_JMESPATH: "more && join('', ['?after=', to_string(more)])" };
    expect(readJson({ results: [], next: '/2', more: 7 }, settings).next).toBe('?after=7');
    expect(readJson({ results: [], next: '/2', more: null }, settings).next).toBeUndefined();
  });
});

describe('the number of all entries is', () => {
  const f = (name: string, envelope: object, total: number | undefined) =>
    test(name, () => expect(readJson({ results: ['a'], ...envelope }).total).toBe(total));
  f('unknown without a word of it', {}, undefined);
  f('count', { count: 3 }, 3);
  f('total, rather than the count of this page', { count: 1, total: 3 }, 3);
  f('what the search found, rather than what it looked through', { total: 9, subtotal: 3 }, 3);
  f('total_entries of the pagination', { meta: { pagination: { total_entries: 3 } } }, 3);
  f('a number as text', { total: '3' }, 3);
  f('unknown when it is no number of entries', { total: -1, count: 1.5 }, undefined);
  f('unknown when it is something else', { total: { cpu: 4 }, count: 'many' }, undefined);
});

describe('INVENTORY_JMESPATH', () => {
  test('finds the list anywhere and makes its entries', () => {
    const settings = { INVENTORY_JMESPATH: "a.b[?up=='yes'].{host: n}" };
    const answer = { a: { b: [{ n: 'x', up: 'yes' }, { n: 'y' }] } };
    expect(readJson(answer, settings)).toEqual({
      entries: [{ host: 'x' }],
      next: undefined,
      total: undefined,
      listed: 1,
    });
  });

  test('may leave entries out: they are counted before', () => {
    const settings = { INVENTORY_JMESPATH: 'results[?up]' };
    const answer = { count: 2, results: [{ up: true }, { up: false }] };
    expect(readJson(answer, settings)).toMatchObject({ entries: [{ up: true }], total: 2, listed: 2 });
  });

  test('finds no fields that only JavaScript has', () => {
    expect(() => readJson({ a: 1 }, { INVENTORY_JMESPATH: 'constructor.name' })).toThrow('finds null');
  });
});

describe('no list of sensors:', () => {
  const f = (name: string, body: string | Buffer, reason: string, message: string, settings: Settings = {}) =>
    test(name, () => {
      const expected = `cannot use the answer of http://i/list: ${message}`;
      expect(() => read(body, settings)).toThrow(
        expect.objectContaining({ reason, message: expect.stringContaining(expected) }),
      );
    });
  f('null', 'null', 'not_a_list', 'it is null, not a list of sensors');
  f('a number', '42', 'not_a_list', 'it is a number');
  f('a text', '"sensor_0"', 'not_a_list', 'it is a string');
  f('an empty object', '{}', 'not_a_list', 'it is an object with no fields');
  f('an error', '{"error":"boom","status":7}', 'not_a_list', 'it is an object with error, status');
  f('errors', '{"errors":["a"],"data":["b"]}', 'not_a_list', 'it reports errors');
  f(
    'one sensor',
    '{"host":"a","tags":["b"]}',
    'not_a_list',
    'it is an object with host, tags: one sensor, not',
  );
  f('two lists', '{"a":[],"b":[]}', 'not_a_list', 'it has the lists a and b; say by INVENTORY_JMESPATH');
  f('two usual lists', '{"hosts":[],"items":[]}', 'not_a_list', 'it has the lists hosts and items');
  f('a list too deep', '{"data":{"data":{"data":{"a":[]}}}}', 'not_a_list', 'it is an object with data');
  f('nothing', '', 'not_json', 'it is no JSON (Unexpected end');
  f('cut', '["sensor_0","sens', 'not_json', 'it is no JSON');
  f('HTML', '<html>\n<title>Log in\u001b[2J', 'not_json', 'it is no JSON');
  f('another charset', Buffer.from([0x5b, 0x22, 0xe4, 0x22, 0x5d]), 'not_json', 'it is not in UTF-8');
  f('UTF-16', Buffer.from('\ufeff["a"]', 'utf16le'), 'not_json', 'it is not in UTF-8');
  const list = (text: string) => ({ INVENTORY_JMESPATH: text });
  f('a path that leads nowhere', '{"a":[]}', 'not_a_list', 'INVENTORY_JMESPATH finds null', list('b'));
  f('a path to a text', '{"a":"b"}', 'not_a_list', 'INVENTORY_JMESPATH finds a string', list('a'));
  f('a call that fails', '{}', 'not_a_list', 'INVENTORY_JMESPATH fails on it: Invalid type', list('sum(@)'));
  const next = { INVENTORY_NEXT_JMESPATH: 'abs(x)' };
  f('a next page that fails', '["a"]', 'not_a_list', 'INVENTORY_NEXT_JMESPATH fails on it', next);
});

test('a byte-order mark is read past', () => {
  expect(read('\ufeff["a"]').entries).toEqual(['a']);
});

test('ten thousand lists in each other are a list, whose entry is none', () => {
  const deep = '['.repeat(10_000) + ']'.repeat(10_000);
  expect(read(deep).entries).toHaveLength(1);
  expect(read(`{"a":${deep}}`, { INVENTORY_JMESPATH: 'a' }).entries).toHaveLength(1);
});

test('a message shows where an answer begins, without what a terminal would obey', () => {
  const body = `<html>\u001b[2J\n${'x'.repeat(500)}`;
  expect(() => read(body)).toThrow(/it begins <html> \[2J x+…$/);
});

test('a defect of ours is not explained away as a faulty answer', () => {
  expect(() => readPage(Buffer.from('[]'), undefined as never, 'x')).toThrow(TypeError);
});

describe('an envelope says that its list is not whole by', () => {
  const partial = (envelope: object, settings?: Settings) =>
    readJson({ results: ['a'], ...envelope }, settings).partial;
  const f = (envelope: object, says: string, pages?: number) =>
    test(`${JSON.stringify(envelope)}`, () =>
      expect(partial(envelope)).toEqual({ says, ...(pages && { pages }) }));
  f({ page: 1, total_pages: 3 }, 'page: 1, total_pages: 3', 3);
  f({ current_page: '1', last_page: '3' }, 'current_page: 1, last_page: 3', 3);
  f({ number: 0, totalPages: 2 }, 'number: 0, totalPages: 2', 2);
  f({ meta: { page: 1, pages: 2 } }, 'page: 1, pages: 2', 2);
  f({ pagination: { page: 1, page_count: 2 } }, 'page: 1, page_count: 2', 2);
  f({ paging: { isLast: false } }, 'isLast: false');
  f({ is_last: false }, 'is_last: false');
  f({ last: false }, 'last: false');
  f({ page_info: { has_more: true } }, 'has_more: true');
  f({ pageInfo: { hasMore: true } }, 'hasMore: true');
  f({ has_next: true }, 'has_next: true');
  f({ truncated: true }, 'truncated: true');
  f({ isTruncated: true }, 'isTruncated: true');
  f({ success: false }, 'success: false');
  f({ ok: false }, 'ok: false');

  const g = (envelope: object) =>
    test(`not by ${JSON.stringify(envelope)}`, () => expect(partial(envelope)).toBeUndefined());
  g({});
  g({ page: 3, total_pages: 3 });
  g({ page: 0, total_pages: 1 });
  g({ pages: 300 });
  g({ page: 1, pages: 'many' });
  g({ last: true, success: true, ok: true, has_more: false, truncated: false });
  g({ last: '/list?page=9', ok: 'no', truncated: 1 });
  g({ link: { has_more: true }, sensor: { ok: false, page: 1, pages: 2 } });

  test('nor by anything in a list', () =>
    expect(readJson([{ ok: false, name: 'a' }]).partial).toBeUndefined());
  test('also when INVENTORY_JMESPATH chooses the list', () =>
    expect(partial({ ok: false }, { INVENTORY_JMESPATH: 'results' })).toEqual({ says: 'ok: false' }));
});
