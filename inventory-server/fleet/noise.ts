// Chance without state: the same question always gets the same number, in every process and on every machine.

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** 32 well-mixed bits of a text (FNV-1a over its UTF-16 units, finished as murmur3 does). */
export function hashText(text: string): number {
  let hash = FNV_OFFSET;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return mix(hash);
}

/** A number in [0, 1) for one channel of one source at one step. */
export function noise(source: number, channel: number, step: number): number {
  return mix(mix(source + Math.imul(channel, 0x9e3779b1)) + Math.imul(step, 0x85ebca6b)) / 2 ** 32;
}

function mix(bits: number): number {
  let hash = bits | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
