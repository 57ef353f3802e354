// What the frames of an outbox's log hold: packs, and the numbers of those that are done with.

import type { FrameBuffer } from '../../../lib/frames.ts';
import type { Pack } from './shelf.ts';

export const PACK = 1;
export const DONE = 2;

// Number, since, samples and text as doubles, then the bytes.
const HEAD_BYTES = 32;

export function writePack(frames: FrameBuffer, { number, since, samples, text, bytes }: Pack): void {
  const at = frames.begin(HEAD_BYTES + bytes.length);
  frames.doubles.set([number, since, samples, text], at / 8);
  frames.bytes.set(bytes, at + HEAD_BYTES);
  frames.end(PACK, HEAD_BYTES + bytes.length);
}

export function readPack(payload: Uint8Array): Pack {
  const head = new Float64Array(payload.buffer, payload.byteOffset, HEAD_BYTES / 8);
  const [number = 0, since = 0, samples = 0, text = 0] = head;
  // A copy, so that one pack does not keep its whole file in memory.
  return { number, since, samples, text, bytes: new Uint8Array(payload.subarray(HEAD_BYTES)) };
}

export function writeDone(frames: FrameBuffer, numbers: readonly number[]): void {
  const at = frames.begin(8 * numbers.length);
  frames.doubles.set(numbers, at / 8);
  frames.end(DONE, 8 * numbers.length);
}

export function readDone(payload: Uint8Array): Float64Array {
  return new Float64Array(payload.buffer, payload.byteOffset, payload.byteLength / 8);
}
