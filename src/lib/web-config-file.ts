// The web configuration in force: read at start, and again when it or a file it names has changed. A faulty new one
// leaves the old one in force and is told once.

import type { X509Certificate } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import type { SecureContextOptions } from 'node:tls';
import { AppError, messageOf } from './errors.ts';
import { hasChanged, type Marks, readMarked } from './marked-file.ts';
import { readCertificate, readTlsMaterial } from './tls-material.ts';
import { type ClientAuth, parseWebConfig, type WebConfig } from './web-config.ts';

/** What a listener serves by. Another object stands for another reading. */
export interface WebAccess {
  /** Undefined: plain HTTP. Like `clientAuth` it is there or not for as long as the program runs. */
  readonly tls: SecureContextOptions | undefined;
  readonly clientAuth: ClientAuth;
  readonly allowedSans: readonly string[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by name; none: everybody may ask. */
  readonly users: ReadonlyMap<string, string>;
  /** The bytes of the file, with which a program on this machine proves that it can read it. */
  readonly proofs: readonly Buffer[];
}

export interface WebConfigFile {
  /** What is in force. Looks at the files, at most once a second; never throws. */
  current(): WebAccess;
}

/** Told what happens to the files while the program runs. */
export interface WebConfigObserver {
  reread(): void;
  /** An AppError `web_config`, once for each message. */
  faulty(error: unknown): void;
}

interface Reading {
  readonly config: WebConfig;
  readonly bytes: Buffer;
  readonly access: WebAccess;
  /** Of every file that was looked at, also in vain. */
  readonly marks: Marks;
  readonly fault: string | undefined;
}

const LOOK_EVERY_MS = 1_000;

/**
 * Reads the configuration and the files it names.
 * @param clock monotonic milliseconds.
 * @throws AppError `web_config` that names the line, or the file that cannot be used.
 */
export function openWebConfig(
  file: string,
  observer: WebConfigObserver,
  clock: () => number = () => performance.now(),
): WebConfigFile {
  const path = resolve(file);
  let reading = read(path);
  let lookedAt = clock();
  const look = () => {
    const before = reading;
    reading = readAgain(path, before, observer);
    if (reading.fault === undefined) observer.reread();
  };
  return {
    current() {
      if (clock() - lookedAt >= LOOK_EVERY_MS) {
        lookedAt = clock();
        if (hasChanged(reading.marks)) look();
      }
      return reading.access;
    },
  };
}

/**
 * The certificate that the server of this configuration shows, or undefined when it has none. Reads no key.
 * @throws AppError `web_config`.
 */
export function readServerCertificate(file: string): X509Certificate | undefined {
  const path = resolve(file);
  return wrapped(path, () => {
    const { tls } = parseWebConfig(readMarked(path, new Map()).toString('utf8'), dirname(path));
    if (tls === undefined) return undefined;
    if ('text' in tls.cert) return readCertificate(tls.cert.text, 'tls_server_config.cert');
    return readCertificate(readMarked(tls.cert.file, new Map()).toString('latin1'), tls.cert.file);
  });
}

function read(path: string): Reading {
  const marks: Marks = new Map();
  return wrapped(path, () => {
    const bytes = readMarked(path, marks);
    const config = parseWebConfig(bytes.toString('utf8'), dirname(path));
    return { config, bytes, access: accessOf(config, [bytes], marks), marks, fault: undefined };
  });
}

// The configuration and the files it names may change apart: certificates go on being renewed beside a faulty text.
function readAgain(path: string, before: Reading, observer: WebConfigObserver): Reading {
  const marks: Marks = new Map();
  let { config, bytes, access } = before;
  let proof = bytes;
  let error: unknown;
  try {
    proof = readMarked(path, marks);
    config = nextConfig(proof, path, before);
    bytes = proof;
  } catch (thrown) {
    error = thrown;
  }
  try {
    access = accessOf(config, [bytes, proof], marks);
  } catch (thrown) {
    error ??= thrown;
    ({ config, bytes } = before);
    access = { ...access, proofs: [bytes, proof] };
  }
  const fault = error === undefined ? undefined : messageOf(error);
  if (fault !== undefined && fault !== before.fault) observer.faulty(asAppError(path, error));
  return { config, bytes, access, marks, fault };
}

function nextConfig(bytes: Buffer, path: string, { config }: Reading): WebConfig {
  const next = parseWebConfig(bytes.toString('utf8'), dirname(path));
  const gone = needsRestart(config, next);
  if (gone !== undefined) throw new Error(`${gone} only with a restart of the program`);
  return next;
}

// A file that is being written is short for a moment, and what it protects must not lie open in that moment.
function needsRestart(before: WebConfig, next: WebConfig): string | undefined {
  if ((before.tls === undefined) !== (next.tls === undefined)) return 'tls_server_config comes and goes';
  if (before.tls?.clientAuth !== next.tls?.clientAuth) return 'client_auth_type changes';
  if (before.tls?.allowedSans !== undefined && next.tls?.allowedSans === undefined)
    return 'client_allowed_sans goes';
  return before.users.size > 0 && next.users.size === 0 ? 'the last of basic_auth_users goes' : undefined;
}

function accessOf({ tls, headers, users }: WebConfig, proofs: readonly Buffer[], marks: Marks): WebAccess {
  return {
    tls: tls && readTlsMaterial(tls, (path) => readMarked(path, marks)),
    clientAuth: tls?.clientAuth ?? 'none',
    allowedSans: tls?.allowedSans,
    headers,
    users,
    proofs,
  };
}

function wrapped<T>(path: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw asAppError(path, cause);
  }
}

function asAppError(path: string, cause: unknown): AppError {
  return new AppError('web_config', `cannot use web configuration ${path}: ${messageOf(cause)}`, { cause });
}
