import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createBodyRoom } from '../../src/lib/body-room.ts';
import { createFetcher, parseFetchUrl } from '../../src/lib/http-fetch.ts';
import { FetchedBody } from '../../src/lib/http-fetch-body.ts';
import { startTestServer } from '../helpers/http-server.ts';

const LARGE = Buffer.alloc(2_000_000, 'x');
const going = () => undefined;

// The head of gzip may hold a name, and names may be long.
function nothingNamed(bytes: number): Buffer {
  const packed = gzipSync('');
  const named = Buffer.concat([
    packed.subarray(0, 10),
    Buffer.alloc(bytes, 'n'),
    Buffer.of(0),
    packed.subarray(10),
  ]);
  named[3] = 8;
  return named;
}

test('an empty body takes no room, whatever was sent of it', async () => {
  const server = await startTestServer(({ url }, response) => {
    if (url === '/large') return response.end(LARGE);
    response.setHeader('content-encoding', 'gzip');
    return response.end(nothingNamed(60_000));
  });
  const fetcher = createFetcher({ followRedirects: false }, createBodyRoom(LARGE.length));
  const get = (path: string) => {
    const url = parseFetchUrl(server.url + path);
    if (url === undefined) throw new Error(path);
    return fetcher.get({ url, headers: {}, bodyBound: 3_000_000 }).answer;
  };
  expect(await get('/empty')).toMatchObject({ status: 200, body: Buffer.alloc(0) });
  expect((await get('/large')).body).toHaveLength(LARGE.length);
  fetcher.destroy();
  await server.stop();
});

test('a large body that nobody waits for any more is not inflated when its turn comes', async () => {
  const room = createBodyRoom(1e9);
  const before = Promise.withResolvers<void>();
  void room.oneAtATime(() => before.promise);
  const late = new Error('late');
  const bodies = [() => late, going].map((stopped) => {
    const body = new FetchedBody(1e9, room);
    body.add(gzipSync(LARGE));
    return body.whole('gzip', stopped);
  });
  const results = Promise.allSettled(bodies);
  before.resolve();
  expect(await results).toEqual([
    { status: 'rejected', reason: late },
    { status: 'fulfilled', value: LARGE },
  ]);
});
