// Memory for all bodies that arrive at a time: when it is full, large ones give way and small ones do not.

import { createOneAtATime, type OneAtATime } from './one-at-a-time.ts';

export interface BodyRoom {
  /** @returns whether a body that has `held` bytes so far may take these too; then they are counted. */
  take(bytes: number, held: number): boolean;
  release(bytes: number): void;
  /** For work whose size shows only in the end. */
  readonly oneAtATime: OneAtATime;
}

/** Bodies up to this many bytes always have room. */
const SMALL_BYTES = 1_048_576;

export function createBodyRoom(mostBytes: number): BodyRoom {
  let taken = 0;
  return {
    take(bytes, held) {
      if (taken + bytes > mostBytes && held + bytes > SMALL_BYTES) return false;
      taken += bytes;
      return true;
    },
    release(bytes) {
      taken -= bytes;
    },
    oneAtATime: createOneAtATime(),
  };
}
