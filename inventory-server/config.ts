// The settings of the inventory server, read once from the environment.

import type { ListenAddress } from '../src/lib/listen-address.ts';
import type { LogLevel } from '../src/lib/log.ts';
import {
  integerBetween,
  readAbsolutePath,
  readListenAddress,
  readLogLevel,
} from '../src/lib/setting-values.ts';
import { type Environment, readSettings } from '../src/lib/settings.ts';
import { MAX_SENSORS } from './list.ts';
import { MAX_PAGE_SIZE } from './pages.ts';

export interface Config {
  readonly listenAddress: ListenAddress;
  readonly adminAddress: ListenAddress;
  /** Sensors at start. */
  readonly sensors: number;
  readonly sensorPort: number;
  readonly sensorPath: string;
  readonly pageSize: number;
  readonly logLevel: LogLevel;
}

const SETTINGS = {
  LISTEN_ADDRESS: { default: ':1337', read: readListenAddress },
  ADMIN_ADDRESS: { default: '127.0.0.1:1339', read: readListenAddress },
  SENSORS: { default: '100', read: integerBetween(0, MAX_SENSORS) },
  SENSOR_PORT: { default: '9100', read: integerBetween(1, 65_535) },
  SENSOR_PATH: { default: '/metrics', read: readAbsolutePath },
  PAGE_SIZE: { default: '1000', read: integerBetween(1, MAX_PAGE_SIZE) },
  LOG_LEVEL: { default: 'info', read: readLogLevel },
} as const;

/** @throws AppError `settings` that names every faulty one. */
export function readConfig(environment: Environment): Config {
  const values = readSettings(SETTINGS, environment);
  return Object.freeze({
    listenAddress: values.LISTEN_ADDRESS,
    adminAddress: values.ADMIN_ADDRESS,
    sensors: values.SENSORS,
    sensorPort: values.SENSOR_PORT,
    sensorPath: values.SENSOR_PATH,
    pageSize: values.PAGE_SIZE,
    logLevel: values.LOG_LEVEL,
  });
}
