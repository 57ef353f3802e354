import { expect, test } from 'vitest';
import { readLoadFlags } from '../../../tools/load/flags.ts';

test('the defaults step through three numbers of clients and four batches, over HTTP and gRPC', () => {
  expect(readLoadFlags([])).toMatchObject({
    url: undefined,
    doors: ['json', 'grpc'],
    clients: [1, 10, 50],
    batches: [1, 10, 100, 1000],
    seconds: 3,
  });
});

test.each([
  [['--seconds=0'], '--seconds is "0", not a number from 0.1 to 3600'],
  [['--seconds=1e3'], '--seconds is "1e3", not a number from 0.1 to 3600'],
  [['--url=http://a', '--doors=grpc'], '--doors=grpc needs --grpc beside --url'],
  [['--grpc=http://a', '--doors=json,grpc'], '--grpc without --url is enough for --doors=grpc only'],
  [
    ['--url=http://a', '--doors=json', '--disk'],
    '--disk is of the mini-tsdb that is started, and --url or --grpc names another',
  ],
  [
    ['--doors=gateway', '--batches=1001'],
    '--doors=gateway takes at most 1000 metrics in a request; give it smaller --batches',
  ],
])('%j: %s', (args, fault) => {
  expect(() => readLoadFlags(args)).toThrow(`\n  ${fault}`);
});

test.each([
  [['--url=http://a:1'], ['json']],
  [['--grpc=http://a:1'], ['grpc']],
  [
    ['--url=http://a:1', '--grpc=http://a:2'],
    ['json', 'grpc'],
  ],
])('%j without --doors measures what has an address: %j', (args, doors) => {
  expect(readLoadFlags(args)).toMatchObject({ doors });
});

test('gRPC alone needs no other address', () => {
  expect(readLoadFlags(['--grpc=http://a:1', '--doors=grpc'])).toMatchObject({ url: undefined });
});
