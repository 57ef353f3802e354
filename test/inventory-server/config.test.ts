import { expect, test } from 'vitest';
import { readConfig } from '../../inventory-server/config.ts';
import { AppError } from '../../src/lib/errors.ts';

const DEFAULTS = {
  listenAddress: { host: '', port: 1337 },
  adminAddress: { host: '127.0.0.1', port: 1339 },
  sensors: 100,
  sensorPort: 9100,
  sensorPath: '/metrics',
  pageSize: 1000,
  logLevel: 'info',
};

test('has a default for every setting', () => {
  expect(readConfig({})).toEqual(DEFAULTS);
});

test('an empty setting counts as unset', () => {
  const names = [
    'LISTEN_ADDRESS',
    'ADMIN_ADDRESS',
    'SENSORS',
    'SENSOR_PORT',
    'SENSOR_PATH',
    'PAGE_SIZE',
    'LOG_LEVEL',
  ];
  expect(readConfig(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(DEFAULTS);
});

test('reads every setting', () => {
  const config = readConfig({
    LISTEN_ADDRESS: '[::1]:0',
    ADMIN_ADDRESS: ':8081',
    SENSORS: '1000000',
    SENSOR_PORT: '65535',
    SENSOR_PATH: '/probe/x',
    PAGE_SIZE: '10000',
    LOG_LEVEL: 'debug',
  });
  expect(config).toEqual({
    listenAddress: { host: '::1', port: 0 },
    adminAddress: { host: '', port: 8081 },
    sensors: 1_000_000,
    sensorPort: 65_535,
    sensorPath: '/probe/x',
    pageSize: 10_000,
    logLevel: 'debug',
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test.each([
  ['LISTEN_ADDRESS', '1337', 'must be :port, host:port or [v6]:port, is "1337"'],
  ['LISTEN_ADDRESS', ':65536', 'must be :port, host:port or [v6]:port, is ":65536"'],
  ['ADMIN_ADDRESS', 'http://x:1', 'must be :port, host:port or [v6]:port, is "http://x:1"'],
  ['SENSORS', '-1', 'must be a whole number from 0 to 1000000, is "-1"'],
  ['SENSORS', '1000001', 'must be a whole number from 0 to 1000000, is "1000001"'],
  ['SENSORS', '1e3', 'must be a whole number from 0 to 1000000, is "1e3"'],
  ['SENSORS', ' ', 'must be a whole number from 0 to 1000000, is " "'],
  ['SENSOR_PORT', '0', 'must be a whole number from 1 to 65535, is "0"'],
  ['SENSOR_PORT', 'tcp://10.0.0.1:9100', 'must be a whole number from 1 to 65535, is "tcp://10.0.0.1:9100"'],
  ['SENSOR_PATH', 'metrics', 'must begin with / and hold no space, ? or #, is "metrics"'],
  ['SENSOR_PATH', '/a?b', 'must begin with / and hold no space, ? or #, is "/a?b"'],
  ['PAGE_SIZE', '0', 'must be a whole number from 1 to 10000, is "0"'],
  ['PAGE_SIZE', '10001', 'must be a whole number from 1 to 10000, is "10001"'],
  ['LOG_LEVEL', 'loud', 'must be one of fatal, error, warn, info, debug, trace, silent, is "loud"'],
])('%s=%s is refused', (name, value, reason) => {
  expect(() => readConfig({ [name]: value })).toThrow(
    new AppError('config', `faulty settings: ${name} ${reason}`),
  );
});

test('names every faulty setting in one message', () => {
  expect(() => readConfig({ SENSORS: 'x', PAGE_SIZE: 'y', LOG_LEVEL: 'z' })).toThrow(
    /SENSORS must .*; PAGE_SIZE must .*; LOG_LEVEL must /,
  );
});
