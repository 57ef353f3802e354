// The command line.

import { describe, expect, test } from 'vitest';
import { type Flags, flagsHelp, readFlags } from '../../../src/tsdb/config/flags.ts';

function flags(...args: string[]): Flags {
  const line = readFlags(args);
  if (line.kind !== 'run') throw new Error(line.kind);
  return line.flags;
}

const faultsOf = (...args: string[]) => {
  try {
    readFlags(args);
    return [];
  } catch (error) {
    return (error as Error).message.split('\n  ');
  }
};

test('what holds without any', () => {
  expect(flags()).toEqual({
    configFile: 'prometheus.yml',
    listenAddress: { host: '', port: 9095 },
    webConfigFile: undefined,
    enableLifecycle: false,
    enablePush: false,
    enableRemoteWrite: false,
    export: { enableDrain: false, path: undefined, maxSamples: 5_000_000, maxSize: 2 ** 29 },
    grpcAddress: undefined,
    push: {
      clientsFile: undefined,
      samplesPerSecond: 10_000,
      requestsPerSecond: 10_000,
      maxSeries: 100_000,
      maxBody: 8 * 2 ** 20,
      maxConcurrency: 512,
    },
    queue: {
      engine: 'direct',
      urlFile: undefined,
      caFile: undefined,
      stream: 'mini-tsdb:{push}',
      appendfsync: 'any',
      maxEntries: 100_000,
      maxSize: 512 * 2 ** 20,
      claimAfterMs: 60_000,
    },
    storageEngine: 'memory',
    postgresUrlFile: undefined,
    storagePath: undefined,
    retentionMs: 15 * 86_400_000,
    retentionBytes: 0,
    maxSeries: 1_000_000,
    lookbackMs: 300_000,
    queryTimeoutMs: 120_000,
    queryMaxSamples: 50_000_000,
    queryMaxConcurrency: 20,
    inventorySd: undefined,
    logLevel: 'info',
    warnings: [],
    effective: {
      'config.file': 'prometheus.yml',
      'web.listen-address': ':9095',
      'web.config.file': '',
      'web.enable-lifecycle': 'false',
      'web.enable-push': 'false',
      'web.enable-remote-write-receiver': 'false',
      'web.enable-export-drain': 'false',
      'export.path': '',
      'export.max-samples': '5000000',
      'export.max-size': '512MB',
      'grpc.listen-address': '',
      'push.clients-file': '',
      'push.samples-per-second': '10000',
      'push.requests-per-second': '10000',
      'push.max-series-per-client': '100000',
      'push.max-body-size': '8MB',
      'push.max-concurrency': '512',
      'queue.engine': 'direct',
      'queue.redis.url-file': '',
      'queue.redis.ca-file': '',
      'queue.redis.stream': 'mini-tsdb:{push}',
      'queue.redis.appendfsync': 'any',
      'queue.redis.max-entries': '100000',
      'queue.redis.max-size': '512MB',
      'queue.redis.claim-after': '1m',
      'storage.engine': 'memory',
      'storage.postgres.url-file': '',
      'storage.tsdb.path': '',
      'storage.tsdb.retention.time': '15d',
      'storage.tsdb.retention.size': '0',
      'storage.tsdb.max-series': '1000000',
      'query.lookback-delta': '5m',
      'query.timeout': '2m',
      'query.max-samples': '50000000',
      'query.max-concurrency': '20',
      'inventory-sd.url': '',
      'inventory-sd.ca-file': '',
      'inventory-sd.basic-auth-file': '',
      'log.level': 'info',
    },
  });
});

describe('each way to write one:', () => {
  const f = (args: string[], expected: Partial<Flags>) =>
    test(args.join(' '), () => expect(flags(...args)).toMatchObject(expected));
  f(['--config.file=a=b.yml'], { configFile: 'a=b.yml' });
  f(['--config.file', 'a.yml', '--log.level', 'warn'], { configFile: 'a.yml', logLevel: 'warn' });
  f(['--web.listen-address=127.0.0.1:0'], { listenAddress: { host: '127.0.0.1', port: 0 } });
  f(['--grpc.listen-address=:50051'], { grpcAddress: { host: '', port: 50_051 } });
  f(['--web.enable-remote-write-receiver'], { enableRemoteWrite: true });
  const waiting = { maxSamples: 5_000_000, maxSize: 2 ** 29 };
  f(['--web.enable-export-drain', '--storage.tsdb.path=/d'], {
    export: { enableDrain: true, path: '/d/export', ...waiting },
    storagePath: '/d',
  });
  f(['--web.enable-export-drain', '--export.path=/e', '--export.max-samples=1000', '--export.max-size=1MB'], {
    export: { enableDrain: true, path: '/e', maxSamples: 1000, maxSize: 2 ** 20 },
  });
  f(['--web.enable-lifecycle'], { enableLifecycle: true });
  f(['--web.enable-lifecycle', '--config.file=a'], { enableLifecycle: true, configFile: 'a' });
  f(['--web.enable-lifecycle=true'], { enableLifecycle: true });
  f(['--no-web.enable-lifecycle'], { enableLifecycle: false });
  f(['--storage.tsdb.path=/data', '--storage.tsdb.retention.size=1GB512MB'], {
    storagePath: '/data',
    retentionBytes: 1.5 * 2 ** 30,
  });
  f(['--storage.tsdb.max-series=5000'], { maxSeries: 5000 });
  f(['--storage.tsdb.path='], { storagePath: undefined });
  f(['--storage.engine=postgres', '--storage.postgres.url-file=/run/url'], {
    storageEngine: 'postgres',
    postgresUrlFile: '/run/url',
  });
  f(['--query.lookback-delta', '1m30s'], { lookbackMs: 90_000 });
  f(['--inventory-sd.url=https://sd.example.com/x/', '--inventory-sd.ca-file=ca.crt'], {
    inventorySd: { url: 'https://sd.example.com/x', caFile: 'ca.crt', basicAuthFile: undefined },
  });
});

test('what was given is shown as it was given', () => {
  expect(flags('--storage.tsdb.retention.time=1w').effective).toMatchObject({
    'storage.tsdb.retention.time': '1w',
  });
});

describe('what is faulty is named:', () => {
  const f = (args: string[], ...faults: string[]) =>
    test(args.join(' '), () => {
      const count = faults.length === 1 ? '1 faulty flag' : `${faults.length} faulty flags`;
      expect(faultsOf(...args)).toEqual([`cannot start: ${count}; see --help`, ...faults]);
    });
  f(['--config.fil=a'], 'unknown flag --config.fil (did you mean --config.file?)');
  f(['--config.fil', 'a'], 'unknown flag --config.fil (did you mean --config.file?)');
  f(['--storage.tsdb.wal-compression'], 'unknown flag --storage.tsdb.wal-compression');
  f(['prometheus.yml'], 'unexpected argument "prometheus.yml"');
  f(['-config.file=a'], 'unexpected argument "-config.file=a"');
  f(['--'], 'unexpected argument "--"');
  f(['--config.file'], '--config.file has no value');
  f(['--config.file', '--web.enable-lifecycle'], '--config.file has no value');
  f(['--config.file='], '--config.file is empty; name a file');
  f(['--queue.engine=kafka'], '--queue.engine is "kafka"; it is one of direct, redis');
  f(['--queue.redis.stream='], '--queue.redis.stream is empty; name a key');
  f(['--queue.redis.max-size=1KB'], '--queue.redis.max-size is "1KB", less than 1MB');
  f(['--inventory-sd.url=sidecar'], '--inventory-sd.url is no URL; write e.g. http://localhost:9098');
  f(
    ['--inventory-sd.url=http://u:secret@sidecar'],
    '--inventory-sd.url holds a user name or password; URLs end up in logs, so none is taken there',
  );
  f(
    ['--inventory-sd.url=http://sidecar/?token=x'],
    '--inventory-sd.url has a query; give the address alone, e.g. http://localhost:9098',
  );
  f(
    ['--inventory-sd.ca-file=ca.crt', '--inventory-sd.basic-auth-file=user'],
    '--inventory-sd.ca-file needs --inventory-sd.url',
    '--inventory-sd.basic-auth-file needs --inventory-sd.url',
  );
  f(['--log.level=info', '--log.level=warn'], '--log.level is given twice');
  f(
    ['--log.level=loud'],
    '--log.level is "loud"; it is one of fatal, error, warn, info, debug, trace, silent',
  );
  f(['--web.enable-lifecycle=maybe'], '--web.enable-lifecycle is "maybe", neither true nor false');
  f(['--web.listen-address=9095'], '--web.listen-address is "9095"; write :port, host:port or [IPv6]:port');
  f(
    ['--storage.tsdb.retention.size=512'],
    '--storage.tsdb.retention.size is "512", no size; write e.g. 512MB or 0',
  );
  f(['--storage.engine=redis'], '--storage.engine is "redis"; it is one of memory, postgres');
  f(['--storage.engine=postgres'], '--storage.engine=postgres needs --storage.postgres.url-file');
  f(
    ['--web.enable-export-drain', '--export.path=d', '--queue.engine=redis', '--queue.redis.url-file=u'],
    '--export.path is known to --queue.engine=direct only',
  );
  f(
    ['--export.path=d', '--export.max-samples=1000', '--export.max-size=1MB'],
    '--export.path needs --web.enable-export-drain',
    '--export.max-samples needs --web.enable-export-drain',
    '--export.max-size needs --web.enable-export-drain',
  );
  f(
    ['--queue.redis.url-file=u', '--queue.redis.appendfsync=always', '--queue.redis.claim-after=5m'],
    '--queue.redis.url-file needs --queue.engine=redis',
    '--queue.redis.appendfsync needs --queue.engine=redis',
    '--queue.redis.claim-after needs --queue.engine=redis',
  );
  f(
    ['--push.clients-file=c'],
    '--push.clients-file needs a door: --web.enable-push, --web.enable-remote-write-receiver or --grpc.listen-address',
  );
  f(
    ['--push.max-body-size=8Mb', '--queue.redis.max-size=8Mb', '--export.max-size=0'],
    '--export.max-size is "0", less than 1MB',
    '--push.max-body-size is "8Mb", no size; write e.g. 8MB',
    '--queue.redis.max-size is "8Mb", no size; write e.g. 512MB',
  );
  f(['--push.max-body-size=1GB'], '--push.max-body-size is "1GB", not between 1B and 512MB');
  f(['--storage.postgres.url-file=u'], '--storage.postgres.url-file needs --storage.engine=postgres');
  f(
    [
      '--storage.engine=postgres',
      '--storage.postgres.url-file=u',
      '--storage.tsdb.path=d',
      '--storage.tsdb.retention.size=1GB',
      '--storage.tsdb.max-series=5',
    ],
    '--storage.tsdb.path is a folder of --storage.engine=memory',
    '--storage.tsdb.retention.size is known to --storage.engine=memory only',
    '--storage.tsdb.max-series is known to --storage.engine=memory only',
  );
  f(
    ['--query.max-samples=0', '--query.timeout=2', '--query.lookback-delta=x', 'y'],
    'unexpected argument "y"',
    '--query.lookback-delta is "x", no duration; write e.g. 30s or 1m30s',
    '--query.timeout is "2", a number without a unit; did you mean 2s, 2m or 2d?',
    '--query.max-samples is "0", not a whole number from 1 to 1000000000000',
  );
  f(
    ['--storage.tsdb.retention.time=0', '--query.max-concurrency=-1'],
    '--storage.tsdb.retention.time is "0"; it must lie from 1s to 36500d',
    '--query.max-concurrency is "-1", not a whole number from 1 to 1000',
  );
  f(
    ['--storage.tsdb.retention.time=15', '--queue.redis.claim-after=60', '--query.lookback-delta=00'],
    '--queue.redis.claim-after is "60", a number without a unit; did you mean 60s, 60m or 60d?',
    '--storage.tsdb.retention.time is "15", a number without a unit; did you mean 15s, 15m or 15d?',
    '--query.lookback-delta is "00", a number without a unit; did you mean 00s, 00m or 00d?',
  );
  f(
    ['--queue.engine=redis', '--export.max-samples=1000'],
    '--export.max-samples needs --web.enable-export-drain',
    '--queue.engine=redis needs --queue.redis.url-file',
  );
});

test('what has no effect and may be meant so is warned of', () => {
  const doors = '--web.enable-push, --web.enable-remote-write-receiver, --grpc.listen-address';
  const limits = ['--push.samples-per-second=5', '--push.max-body-size=1MB'];
  expect(flags(...limits).warnings).toEqual([
    `--push.samples-per-second has no effect: no door for pushes is open (${doors})`,
    `--push.max-body-size has no effect: no door for pushes is open (${doors})`,
  ]);
  for (const door of ['--web.enable-push', '--web.enable-remote-write-receiver', '--grpc.listen-address=:0'])
    expect(flags(...limits, door, '--push.clients-file=c').warnings).toEqual([]);
});

test('a queue in Redis without a door is told of, for a process may be meant to empty it only', () => {
  const redis = ['--queue.engine=redis', '--queue.redis.url-file=u'];
  expect(flags(...redis).warnings).toEqual([
    '--queue.engine=redis without a door for pushes (--web.enable-push, --web.enable-remote-write-receiver, --grpc.listen-address): this process only brings what is in Redis into the store',
  ]);
  expect(flags(...redis, '--web.enable-push').warnings).toEqual([]);
});

test('what is given as it is by default goes with everything', () => {
  const { effective } = flags();
  const all = Object.entries(effective).map(([name, text]) => `--${name}=${text}`);
  expect(flags(...all)).toEqual(flags());
  const { effective: _, ...rest } = flags('--queue.redis.claim-after=60s', '--export.max-size=512MB');
  expect(rest.warnings).toEqual([]);
});

test('help and version count more than faults', () => {
  expect(readFlags(['--nope', '--help'])).toEqual({ kind: 'help' });
  expect(readFlags(['-h'])).toEqual({ kind: 'help' });
  expect(readFlags(['--version', '--nope'])).toEqual({ kind: 'version' });
});

test('help names every flag', () => {
  const help = flagsHelp('1.2.3');
  for (const name of Object.keys(flags().effective)) expect(help).toContain(`  --${name}`);
  expect(help).toContain('mini-tsdb 1.2.3');
  expect(help).toContain('one of fatal, error, warn, info, debug, trace, silent');
});
