// The file of clients that may push: YAML with their tokens, certificates and limits.

import { dirname, resolve } from 'node:path';
import { AppError, messageOf } from '../../lib/errors.ts';
import { hasChanged, type Marks, readMarked } from '../../lib/marked-file.ts';
import { count, type Field, fault, fields, list, type Read, readYaml, text } from '../../lib/yaml-fields.ts';
import { oneSecondOf } from './gcra.ts';
import type { ClientLimits } from './limits.ts';

export interface ListedClient {
  readonly name: string;
  readonly tokens: readonly string[];
  /** Names in verified client certificates. */
  readonly certificates: readonly string[];
  readonly limits: ClientLimits;
}

export type ClientList = readonly ListedClient[];

export interface ClientsFile {
  /** What is in force. Looks at the files, at most once a second; never throws. */
  current(): ClientList;
}

/** Told what happens to the files while the program runs, and how many clients they name. No message holds a token. */
export interface ClientsFileObserver {
  reread(clients: number): void;
  /** An AppError `clients_file`, once for each message. */
  faulty(error: unknown): void;
}

const LOOK_EVERY_MS = 1000;
const MOST_RATE = 10_000_000;

/**
 * Reads the file and the token files it names.
 * @param otherwise limits of a client for which the file names none.
 * @param clock milliseconds that never jump.
 * @throws AppError `clients_file` that names the line; also for a file without a client, which would let nobody in.
 */
export function openClientsFile(
  file: string,
  otherwise: ClientLimits,
  observer: ClientsFileObserver,
  clock: () => number = () => performance.now(),
): ClientsFile {
  const path = resolve(file);
  let marks: Marks = new Map();
  let standing = read(path, otherwise, marks);
  let lookedAt = clock();
  let told: string | undefined;

  function look(): void {
    marks = new Map();
    try {
      standing = read(path, otherwise, marks);
      told = undefined;
      observer.reread(standing.length);
    } catch (error) {
      if (messageOf(error) !== told) observer.faulty(error);
      told = messageOf(error);
    }
  }

  return {
    current() {
      if (clock() - lookedAt < LOOK_EVERY_MS) return standing;
      lookedAt = clock();
      if (hasChanged(marks)) look();
      return standing;
    },
  };
}

function read(path: string, otherwise: ClientLimits, marks: Marks): ClientList {
  try {
    const source = readMarked(path, marks).toString('utf8');
    const readToken = (file: string) => readMarked(resolve(dirname(path), file), marks).toString('utf8');
    const clients = readYaml(source, clientsOf(otherwise, readToken));
    if (clients.length === 0) throw new Error('it names no client');
    return clients;
  } catch (cause) {
    throw new AppError('clients_file', `cannot use clients file ${path}: ${messageOf(cause)}`, { cause });
  }
}

type ReadToken = (file: string) => string;

function clientsOf(otherwise: ClientLimits, readToken: ReadToken): Read<ClientList> {
  const readFile = fields({ clients: list(client(otherwise, readToken)) });
  return (field) => {
    const clients = readFile(field).clients ?? [];
    for (const what of ['name', 'tokens', 'certificates'] as const) {
      const all = clients.flatMap((one) => one[what]);
      // Which one it is may be a secret.
      if (new Set(all).size < all.length)
        throw fault(field, `two clients have one of their ${what} in common`);
    }
    return clients;
  };
}

const CLIENT_FIELDS = {
  name: text,
  token: text,
  tokens: list(text),
  token_file: text,
  certificate: text,
  samples_per_second: rate,
  requests_per_second: rate,
  max_series: count,
} as const;

function client(otherwise: ClientLimits, readToken: ReadToken): Read<ListedClient> {
  const readFields = fields(CLIENT_FIELDS);
  return (field) => {
    const given = readFields(field);
    const name = nameOf(field, given.name);
    const fromFile = given.token_file === undefined ? [] : [readToken(given.token_file).trim()];
    const tokens = [
      ...(given.token === undefined ? [] : [given.token]),
      ...(given.tokens ?? []),
      ...fromFile,
    ];
    if (tokens.some((token) => !/^[\x21-\x7e]+$/.test(token)))
      throw fault(field, `${name} has a token that is empty, or has other characters than a header may have`);
    if (tokens.length === 0 && given.certificate === undefined)
      throw fault(field, `${name} has neither token nor certificate`);
    const certificates = given.certificate === undefined ? [] : [given.certificate];
    return { name, tokens, certificates, limits: limitsOf(given, otherwise) };
  };
}

type Given = ReturnType<ReturnType<typeof fields<typeof CLIENT_FIELDS>>>;

function limitsOf(given: Given, otherwise: ClientLimits): ClientLimits {
  const { samples_per_second: samples, requests_per_second: requests, max_series: series } = given;
  return {
    samples: samples === undefined ? otherwise.samples : oneSecondOf(samples),
    requests: requests === undefined ? otherwise.requests : oneSecondOf(requests),
    series: series ?? otherwise.series,
  };
}

// It is a label of metrics, and must not look like one of those that others get.
function nameOf(field: Field, name = ''): string {
  if (!/^[\w.-]{1,64}$/.test(name))
    throw fault(field, 'a client needs a name of at most 64 letters, digits, dots, dashes and underscores');
  return name;
}

function rate(field: Field): number {
  const value = count(field);
  if (value < 1 || value > MOST_RATE) throw fault(field, `${field.name} is not between 1 and ${MOST_RATE}`);
  return value;
}
