// When a target has its turn: the same moment in each interval, whenever the program was started.

/** A number that spreads well in all its 32 bits (FNV-1a and a last mix). */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * The slot of a target in its interval, in whole milliseconds.
 * @param seed of this server, so that two servers do not scrape everything at the same moments.
 */
export function slotOf(key: string, seed: number, intervalMs: number): number {
  return ((hashText(key) ^ seed) >>> 0) % intervalMs;
}

/** The first turn after `time` (Unix milliseconds). */
export function nextTurn(time: number, intervalMs: number, slot: number): number {
  return Math.floor((time - slot) / intervalMs) * intervalMs + slot + intervalMs;
}

/** Up to this much, the planned time is stored instead of the actual one: even steps are stored in fewer bytes. */
const TOLERANCE_MS = 2;

/** The time that the samples of a turn get. */
export function sampleTime(planned: number, actual: number, intervalMs: number): number {
  return Math.abs(actual - planned) <= Math.min(TOLERANCE_MS, intervalMs / 100) ? planned : actual;
}
