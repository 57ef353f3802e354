// The text of a setting → its value, or an Error that says what is wrong with the text.

import { parseByteSize } from '../lib/byte-size.ts';
import { formatDuration, parseDuration } from '../lib/duration.ts';
import { type ListenAddress, parseListenAddress } from '../lib/listen-address.ts';
import { LOG_LEVELS, type LogLevel } from '../lib/log.ts';
import { isLabelName, type Labels } from '../model/labels.ts';
import { isMetricsPath } from '../model/metrics-path.ts';

// The faulty value is not repeated where it may hold a password.
export function readUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null) throw new Error('is no URL; write e.g. http://inventory.example.com/sensors');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new Error(`begins with ${url.protocol}; http: and https: are understood`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error('holds a user name or password; URLs end up in logs, so none is taken there');
  }
  return url.href;
}

export function readTargetsFile(text: string): string {
  // Prometheus reads YAML and JSON by the name; an empty YAML file would remove every target.
  if (!/[^/]\.json$/.test(text)) throw new Error(`is ${quoted(text)}, not a file that ends in .json`);
  return text;
}

export function readPath(text: string): string {
  if (!isMetricsPath(text))
    throw new Error(`is ${quoted(text)}; it must begin with / and hold no ?, # or space`);
  return text;
}

export function readLabels(text: string): Labels {
  const pairs = text === '' ? [] : text.split(',').map((pair) => splitPair(pair.trim()));
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`names the label ${twice} twice`);
  return Object.fromEntries(pairs);
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=');
  const name = pair.slice(0, Math.max(at, 0)).trim();
  if (at < 0)
    throw new Error(`has ${quoted(pair)} where name=value belongs; write e.g. env=prod,site=berlin`);
  if (!isLabelName(name) || name.startsWith('__'))
    throw new Error(`has the illegal label name ${quoted(name)}`);
  return [name, pair.slice(at + 1).trim()];
}

export function readListenAddress(text: string): ListenAddress {
  const address = parseListenAddress(text);
  if (address === undefined) throw new Error(`is ${quoted(text)}; write :9098, 127.0.0.1:9098 or [::1]:9098`);
  return address;
}

// V8 has no longer strings than 512 MiB.
const MAX_ANSWER_BYTES = 500 * 2 ** 20;

export function readByteSize(text: string): number {
  const bytes = parseByteSize(text);
  if (bytes === undefined || bytes < 1 || bytes > MAX_ANSWER_BYTES) {
    throw new Error(`is ${quoted(text)}; write a size up to 500MB, e.g. 256MB`);
  }
  return bytes;
}

export function readLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((known) => known === text);
  if (level === undefined) throw new Error(`is ${quoted(text)}; it is one of ${LOG_LEVELS.join(', ')}`);
  return level;
}

export function integerBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max))
      throw new Error(`is ${quoted(text)}, not a whole number from ${min} to ${max}`);
    return value;
  };
}

export function durationBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = parseDuration(text);
    if (value === undefined)
      throw new Error(`is ${quoted(text)}, no duration; write e.g. 30s, 1m30s or 30 (seconds)`);
    if (value < min || value > max) {
      throw new Error(
        `is ${quoted(text)}; it must lie from ${formatDuration(min)} to ${formatDuration(max)}`,
      );
    }
    return value;
  };
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
