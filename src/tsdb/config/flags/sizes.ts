// The sizes that flags hold, in bytes.

import { quoted } from '../../../lib/setting-values.ts';
import { parseBase2Bytes } from '../base2-bytes.ts';

/** @param example what to write instead of what is no size. */
export function readSize(text: string, example: string): number {
  const bytes = parseBase2Bytes(text);
  if (bytes === undefined) throw new Error(`is ${quoted(text)}, no size; write e.g. ${example}`);
  return bytes;
}

/** Of what waits: less than a few batches is of no use. */
export function readQueueSize(text: string): number {
  const bytes = readSize(text, '512MB');
  if (bytes < 2 ** 20) throw new Error(`is ${quoted(text)}, less than 1MB`);
  return bytes;
}
