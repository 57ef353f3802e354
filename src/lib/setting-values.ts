// The text of a setting → its value, or an Error that says what is wrong with the text.

import { isAbsolutePath } from './absolute-path.ts';
import { formatDuration, parseDuration } from './duration.ts';
import { type ListenAddress, parseListenAddress } from './listen-address.ts';
import { LOG_LEVELS, type LogLevel } from './log.ts';

/** An http or https URL without user info. The faulty text is not repeated: it may hold a password. */
export function readHttpUrl(text: string): string {
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

/** The URL of a proxy, perhaps with a user and password; undefined for an empty text. The text is not repeated. */
export function readProxyUrl(text: string): string | undefined {
  if (text === '') return undefined;
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.pathname + url.search !== '/')
    throw new Error('is no URL of a proxy; write e.g. http://proxy.example.com:3128');
  if (!isDecodable(url.username + url.password))
    throw new Error('has a user or password with a % that begins no escape; write %25 for it');
  return url.href;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** A file whose content is secret; undefined for an empty text. The text is not repeated: it may be the secret itself. */
export function readSecretPath(text: string): string | undefined {
  if (text === '') return undefined;
  if (text.startsWith('/')) return text;
  throw new Error('must be the absolute path of a file, e.g. /run/secrets/inventory; not the secret itself');
}

export function readAbsolutePath(text: string): string {
  if (!isAbsolutePath(text)) {
    throw new Error(`is ${quoted(text)}; it must begin with / and hold no ?, # or space`);
  }
  return text;
}

/** The name of a file; undefined when there is none. */
export function readFileName(text: string): string | undefined {
  return text === '' ? undefined : text;
}

export function readListenAddress(text: string): ListenAddress {
  const address = parseListenAddress(text);
  if (address === undefined) throw new Error(`is ${quoted(text)}; write :port, host:port or [IPv6]:port`);
  return address;
}

/** Reads one of these words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new Error(`is ${quoted(text)}; it is one of ${words.join(', ')}`);
    return found;
  };
}

export const readLogLevel: (text: string) => LogLevel = oneOf(...LOG_LEVELS);

/** Reads what may be left out: undefined for an empty text. */
export function optional<Value>(read: (text: string) => Value): (text: string) => Value | undefined {
  return (text) => (text === '' ? undefined : read(text));
}

/** Reads whole numbers within these bounds, both included. */
export function integerBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw new Error(`is ${quoted(text)}, not a whole number from ${min} to ${max}`);
  };
}

/** Reads durations within these bounds, both included; a bare number is seconds. All in milliseconds. */
export function durationBetween(min: number, max: number): (text: string) => number {
  return (text) => readDuration(text, [min, max], '30s, 1m30s or 30 (seconds)');
}

/** Likewise, and as Prometheus' flags do refuses a bare number other than 0. */
export function durationWithUnitBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    if (/^\d+$/.test(text) && text !== '0')
      throw new Error(
        `is ${quoted(text)}, a number without a unit; did you mean ${text}s, ${text}m or ${text}d?`,
      );
    return readDuration(text, [min, max], '30s or 1m30s');
  };
}

function readDuration(text: string, [min, max]: readonly [number, number], examples: string): number {
  const value = parseDuration(text);
  if (value === undefined) throw new Error(`is ${quoted(text)}, no duration; write e.g. ${examples}`);
  if (value >= min && value <= max) return value;
  throw new Error(`is ${quoted(text)}; it must lie from ${formatDuration(min)} to ${formatDuration(max)}`);
}

/** The text as a message shows it. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}
