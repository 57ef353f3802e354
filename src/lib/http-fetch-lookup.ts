// Addresses of many hosts: asked for a few at a time, kept for a while, and the old one used while there is no new one.
// The system's look-up takes one of four threads that files and compression need too, and a dead name server holds it long.

import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

type Addresses = readonly { readonly address: string; readonly family: number }[];
type Failure = NodeJS.ErrnoException;
type Done = (error: Failure | null, addresses: Addresses) => void;

/** Asks the system for all addresses of a name. */
export type Resolve = (name: string, done: (error: Failure | null, addresses: Addresses) => void) => void;

interface Known {
  addresses: Addresses;
  failure: Failure | null;
  /** Until when it is not asked for again. */
  until: number;
  isAsked: boolean;
  readonly waiting: Done[];
}

const AT_A_TIME = 2;
const GOOD_MS = 60_000;
const BAD_MS = 10_000;
const MOST_NAMES = 100_000;

/** @param now a clock in milliseconds that never jumps. */
export function createHostLookup(
  resolve: Resolve = (name, done) => lookup(name, { all: true }, done),
  now: () => number = () => performance.now(),
): LookupFunction {
  const names = new Map<string, Known>();
  const queue: string[] = [];
  let asking = 0;

  function find(name: string, done: Done): void {
    const known = names.get(name) ?? remember(name);
    if (known.addresses.length > 0) process.nextTick(done, null, known.addresses);
    else if (!known.isAsked && now() < known.until) process.nextTick(done, known.failure, []);
    else known.waiting.push(done);
    if (known.isAsked || now() < known.until) return;
    known.isAsked = true;
    queue.push(name);
    askNext();
  }

  function remember(name: string): Known {
    const known = {
      addresses: [],
      failure: null,
      until: Number.NEGATIVE_INFINITY,
      isAsked: false,
      waiting: [],
    };
    const [oldest] = names.keys();
    if (names.size >= MOST_NAMES && oldest !== undefined) names.delete(oldest);
    names.set(name, known);
    return known;
  }

  function askNext(): void {
    const name = asking < AT_A_TIME ? queue.shift() : undefined;
    if (name === undefined) return;
    asking += 1;
    resolve(name, (error, addresses) => {
      asking -= 1;
      answered(name, error, addresses ?? []);
      askNext();
    });
  }

  function answered(name: string, failure: Failure | null, addresses: Addresses): void {
    const known = names.get(name);
    if (known === undefined) return;
    known.isAsked = false;
    // A name that is no more is no more; a name server that does not answer says nothing.
    if (failure === null || failure.code === 'ENOTFOUND') known.addresses = addresses;
    known.failure = failure;
    known.until = now() + (failure === null ? GOOD_MS : BAD_MS);
    for (const done of known.waiting.splice(0)) done(failure, addresses);
  }

  return (name, { all, family = 0 }, done) =>
    find(name, (error, addresses) => {
      const fit = addresses.filter((found) => family === 0 || `IPv${found.family}`.endsWith(`${family}`));
      const [first] = fit;
      if (error !== null || first === undefined) done(error ?? notFound(name), '', 0);
      else if (all === true) done(null, [...fit]);
      else done(null, first.address, first.family);
    });
}

function notFound(name: string): Failure {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), {
    code: 'ENOTFOUND',
    syscall: 'getaddrinfo',
  });
}
