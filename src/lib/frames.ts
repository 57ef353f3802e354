// Frames on disk: each says how long it is and proves that it is whole, so that what is torn or spoilt is passed over.

import { crc32 } from 'node:zlib';

// Magic, type, length of the payload in bytes, checksum of the two before it and the payload; then the payload, filled
// up to 8 bytes, so that columns of doubles can be read where they stand.
const MAGIC = 0x31626474;
const HEAD_BYTES = 16;
const ALIGNED = 8;

export interface Frame {
  readonly type: number;
  /** Begins at a multiple of 8 bytes. */
  readonly payload: Uint8Array;
}

/** What could not be read of a file. */
export interface Damage {
  /** Amid readable frames. */
  readonly lostBytes: number;
  /** At the end, as it is when the writer dies. */
  readonly tornBytes: number;
}

/** Frames one after the other in memory that grows. */
export class FrameBuffer {
  #bytes = new Uint8Array(65_536);
  #words = new Uint32Array(this.#bytes.buffer);
  #doubles = new Float64Array(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get words(): Uint32Array {
    return this.#words;
  }

  get doubles(): Float64Array {
    return this.#doubles;
  }

  /** Makes room for a frame. @returns the byte its payload begins at, a multiple of 8. */
  begin(payloadBytes: number): number {
    this.#reserve(this.#length + HEAD_BYTES + payloadBytes + ALIGNED);
    return this.#length + HEAD_BYTES;
  }

  /** Ends the frame that was begun and whose payload stands there by now. */
  end(type: number, payloadBytes: number): void {
    const head = this.#length / 4;
    const payload = this.#length + HEAD_BYTES;
    const end = align(payload + payloadBytes);
    this.#bytes.fill(0, payload + payloadBytes, end);
    this.#words[head] = MAGIC;
    this.#words[head + 1] = type;
    this.#words[head + 2] = payloadBytes;
    this.#words[head + 3] = checksum(this.#bytes, this.#length, payloadBytes);
    this.#length = end;
  }

  add(type: number, payload: Uint8Array): void {
    const at = this.begin(payload.byteLength);
    this.#bytes.set(payload, at);
    this.end(type, payload.byteLength);
  }

  /** All frames so far, as a view that the next ones do not touch; begins anew. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    this.#replace(new Uint8Array(Math.max(65_536, Math.min(this.#bytes.length, 1_048_576))));
    return taken;
  }

  #reserve(wanted: number): void {
    if (wanted <= this.#bytes.length) return;
    const larger = new Uint8Array(align(Math.max(wanted, 2 * this.#bytes.length)));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#replace(larger);
  }

  #replace(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#words = new Uint32Array(bytes.buffer);
    this.#doubles = new Float64Array(bytes.buffer);
  }
}

/** The whole frames of a file. `damaged` is told at the end what was passed over. */
export function* readFrames(file: Uint8Array, damaged: (damage: Damage) => void): Generator<Frame> {
  const bytes = file.byteOffset % ALIGNED === 0 ? file : Uint8Array.from(file);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
  let at = 0;
  let lostBytes = 0;
  let unreadable = 0;
  while (at < bytes.length) {
    const payloadBytes = wholeFrameAt(bytes, words, at);
    if (payloadBytes < 0) {
      unreadable += Math.min(ALIGNED, bytes.length - at);
      at += ALIGNED;
      continue;
    }
    lostBytes += unreadable;
    unreadable = 0;
    const payload = bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + payloadBytes);
    yield { type: words[at / 4 + 1] as number, payload };
    at = align(at + HEAD_BYTES + payloadBytes);
  }
  if (lostBytes + unreadable > 0) damaged({ lostBytes, tornBytes: unreadable });
}

/** @returns the length of its payload, -1 when there is no whole frame. */
function wholeFrameAt(bytes: Uint8Array, words: Uint32Array, at: number): number {
  const head = at / 4;
  const payloadBytes = words[head + 2] as number;
  if (words[head] !== MAGIC || at + HEAD_BYTES + payloadBytes > bytes.length) return -1;
  return checksum(bytes, at, payloadBytes) === words[head + 3] ? payloadBytes : -1;
}

function checksum(bytes: Uint8Array, at: number, payloadBytes: number): number {
  const payload = at + HEAD_BYTES;
  const head = crc32(bytes.subarray(at + 4, at + 12));
  return crc32(bytes.subarray(payload, payload + payloadBytes), head);
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNED) * ALIGNED;
}
