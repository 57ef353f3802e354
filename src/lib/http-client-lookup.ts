// Addresses of host names, kept for a moment, so that pages and retries do not ask the name server each time.

import { type LookupAddress, lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { formatDuration } from './duration.ts';

export interface KeptLookup {
  readonly lookup: LookupFunction;
  /** Forgets every address: the one that was in use may be wrong. */
  forget(): void;
}

/** Asks the system for all addresses of a name. */
export type Resolve = (name: string, done: Done) => void;

type Done = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;

const MAX_NAMES = 100;
/** Less than the 10 s a connection may take, so that a silent name server is named as the cause. */
const LOOKUP_MS = 8_000;

/**
 * Makes a lookup for sockets.
 * @param ttlMs how long an address is kept; failures are not.
 * @param now a clock in milliseconds that never jumps.
 */
export function keepLookups(
  ttlMs: number,
  resolve: Resolve = (name, done) => lookup(name, { all: true }, done),
  now: () => number = () => performance.now(),
): KeptLookup {
  const kept = new Map<string, { readonly addresses: LookupAddress[]; readonly until: number }>();

  function find(name: string, done: Done): void {
    const found = kept.get(name);
    if (found !== undefined && now() < found.until) {
      process.nextTick(done, null, found.addresses);
      return;
    }
    const answer = inTime(name, done);
    resolve(name, (error, addresses) => {
      if (kept.size >= MAX_NAMES) kept.clear();
      if (error === null) kept.set(name, { addresses, until: now() + ttlMs });
      answer(error, addresses);
    });
  }

  return {
    lookup: (name, { all, family = 0 }, done) =>
      find(name, (error, addresses) => {
        const fit = addresses?.filter((found) =>
          `IPv${found.family}`.endsWith(family === 0 ? '' : `${family}`),
        );
        const [first] = fit ?? [];
        if (error !== null || first === undefined) done(error ?? lookupError('ENOTFOUND', name), '', 0);
        else if (all === true) done(null, fit);
        else done(null, first.address, first.family);
      }),
    forget: () => kept.clear(),
  };
}

// Answers once: with the first answer, or without one when the time is over.
function inTime(name: string, done: Done): Done {
  let isOver = false;
  const once: Done = (error, addresses) => {
    clearTimeout(late);
    if (!isOver) done(error, addresses);
    isOver = true;
  };
  const words = `${name}: the name server gave no answer in ${formatDuration(LOOKUP_MS)}`;
  const late = setTimeout(() => once(lookupError('EAI_AGAIN', words), []), LOOKUP_MS);
  return once;
}

function lookupError(code: string, words: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`getaddrinfo ${code} ${words}`), { code, syscall: 'getaddrinfo' });
}
