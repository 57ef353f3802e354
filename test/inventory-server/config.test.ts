import { expect, test } from 'vitest';
import { readConfig } from '../../inventory-server/config.ts';

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
  ['LISTEN_ADDRESS', '1337', 'is "1337"; write :port'],
  ['ADMIN_ADDRESS', 'http://x:1', 'is "http://x:1"; write :port'],
  ['SENSORS', '-1', 'is "-1", not a whole number from 0 to 1000000'],
  ['SENSORS', '1000001', 'is "1000001", not a whole number from 0 to 1000000'],
  ['SENSORS', '1e3', 'is "1e3", not a whole number'],
  ['SENSOR_PORT', '0', 'is "0", not a whole number from 1 to 65535'],
  ['SENSOR_PATH', 'metrics', 'is "metrics"; it must begin with /'],
  ['PAGE_SIZE', '0', 'is "0", not a whole number from 1 to 10000'],
  ['PAGE_SIZE', '10001', 'is "10001", not a whole number'],
  ['LOG_LEVEL', 'loud', 'is "loud"; it is one of'],
])('%s=%s is refused', (name, value, reason) => {
  expect(() => readConfig({ [name]: value })).toThrow(`cannot start: 1 faulty setting\n  ${name} ${reason}`);
});
