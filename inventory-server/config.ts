// The settings of the inventory server, read once from the environment.

import envVar from 'env-var';
import { AppError, messageOf } from '../src/lib/errors.ts';
import { type ListenAddress, parseListenAddress } from '../src/lib/listen-address.ts';
import { LOG_LEVELS, type LogLevel } from '../src/lib/log.ts';
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

const DEFAULTS = {
  LISTEN_ADDRESS: ':1337',
  ADMIN_ADDRESS: '127.0.0.1:1339',
  SENSORS: '100',
  SENSOR_PORT: '9100',
  SENSOR_PATH: '/metrics',
  PAGE_SIZE: '1000',
  LOG_LEVEL: 'info',
} as const;
type Name = keyof typeof DEFAULTS;

const ACCESSORS = { asListenAddress, asNumberWithin, asPath, asLogLevel };

/**
 * Reads all settings; an empty one counts as unset.
 * @throws AppError `config` whose one message names every faulty setting.
 */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const set = Object.entries(environment).filter(([, value]) => value !== '');
  const env = envVar.from(Object.fromEntries(set), ACCESSORS);
  const faults: string[] = [];
  const read = <Value>(name: Name, access: (variable: ReturnType<typeof variableOf>) => Value): Value =>
    collecting(faults, () => access(variableOf(name)));
  const variableOf = (name: Name) => env.get(name).default(DEFAULTS[name]);
  const config: Config = {
    listenAddress: read('LISTEN_ADDRESS', (variable) => variable.asListenAddress()),
    adminAddress: read('ADMIN_ADDRESS', (variable) => variable.asListenAddress()),
    sensors: read('SENSORS', (variable) => variable.asNumberWithin(0, MAX_SENSORS)),
    sensorPort: read('SENSOR_PORT', (variable) => variable.asNumberWithin(1, 65_535)),
    sensorPath: read('SENSOR_PATH', (variable) => variable.asPath()),
    pageSize: read('PAGE_SIZE', (variable) => variable.asNumberWithin(1, MAX_PAGE_SIZE)),
    logLevel: read('LOG_LEVEL', (variable) => variable.asLogLevel()),
  };
  if (faults.length > 0) throw new AppError('config', `faulty settings: ${faults.join('; ')}`);
  return Object.freeze(config);
}

/** A faulty setting adds its message; what is returned then is never used. */
function collecting<Value>(faults: string[], read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    faults.push(messageOf(error).replace(/^env-var: "(\w+)" /, '$1 '));
    return undefined as Value;
  }
}

function asListenAddress(value: string): ListenAddress {
  const address = parseListenAddress(value);
  if (address !== undefined) return address;
  throw new Error(`must be :port, host:port or [v6]:port, is "${value}"`);
}

function asNumberWithin(value: string, min: number, max: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : -1;
  if (number >= min && number <= max) return number;
  throw new Error(`must be a whole number from ${min} to ${max}, is "${value}"`);
}

function asPath(value: string): string {
  if (/^\/[^\s?#]*$/.test(value)) return value;
  throw new Error(`must begin with / and hold no space, ? or #, is "${value}"`);
}

function asLogLevel(value: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === value);
  if (level !== undefined) return level;
  throw new Error(`must be one of ${LOG_LEVELS.join(', ')}, is "${value}"`);
}
