// How much an expression may do and make, in steps; a step is a small part of a microsecond or some bytes.

/** @throws Error when more is spent than there is. */
export type Spend = (steps: number) => void;

const LEAST_STEPS = 5_000_000;
const MOST_STEPS = 500_000_000;
const STEPS_PER_BYTE = 10;

/** Makes the budget of an answer of this many bytes. */
export function createBudget(bytes: number): Spend {
  const total = Math.min(Math.max(bytes * STEPS_PER_BYTE, LEAST_STEPS), MOST_STEPS);
  let left = total;
  return (steps) => {
    left -= steps;
    // Written so that NaN is too much as well.
    if (!(left >= 0)) throw new Error(`it takes more than ${total} steps`);
  };
}

/**
 * How many values a JSON value holds, itself included, the same part as often as it occurs; long texts count more.
 * @param spend pays for the counting, which ends with the budget.
 */
export function sizeOf(value: unknown, spend: Spend): number {
  let size = 0;
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const part = rest.pop();
    size += 1;
    if (typeof part === 'string') size += part.length / 16;
    if (typeof part !== 'object' || part === null) continue;
    const parts: unknown[] = Array.isArray(part) ? part : Object.values(part);
    spend(1 + parts.length);
    for (const inner of parts) rest.push(inner);
  }
  return size;
}
