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
    storagePath: undefined,
    retentionMs: 15 * 86_400_000,
    retentionBytes: 0,
    maxSeries: 1_000_000,
    lookbackMs: 300_000,
    queryTimeoutMs: 120_000,
    queryMaxSamples: 50_000_000,
    queryMaxConcurrency: 20,
    logLevel: 'info',
    effective: {
      'config.file': 'prometheus.yml',
      'web.listen-address': ':9095',
      'web.config.file': '',
      'web.enable-lifecycle': 'false',
      'storage.tsdb.path': '',
      'storage.tsdb.retention.time': '15d',
      'storage.tsdb.retention.size': '0',
      'storage.tsdb.max-series': '1000000',
      'query.lookback-delta': '5m',
      'query.timeout': '2m',
      'query.max-samples': '50000000',
      'query.max-concurrency': '20',
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
  f(['--query.lookback-delta', '1m30s'], { lookbackMs: 90_000 });
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
  f(
    ['--query.max-samples=0', '--query.timeout=2', '--query.lookback-delta=x', 'y'],
    'unexpected argument "y"',
    '--query.lookback-delta is "x", no duration; write e.g. 30s, 1m30s or 30 (seconds)',
    '--query.max-samples is "0", not a whole number from 1 to 1000000000000',
  );
  f(
    ['--storage.tsdb.retention.time=0', '--query.max-concurrency=-1'],
    '--storage.tsdb.retention.time is "0"; it must lie from 1s to 36500d',
    '--query.max-concurrency is "-1", not a whole number from 1 to 1000',
  );
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
});
