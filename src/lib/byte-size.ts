// Sizes as Prometheus' flags write them: 512MB, 1GiB. Powers of 1024 either way.

const UNITS: Record<string, number> = { '': 1, B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 };

/** Reads `256MB`, `1GiB`, `4096`. @returns bytes, or undefined when the text is no size. */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d+)([KMG]i?B|B|)$/.exec(text);
  const unit = UNITS[(match?.[2] ?? '').replace('i', '')];
  if (match === null || unit === undefined) return undefined;
  const bytes = Number(match[1]) * unit;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Writes bytes in the largest unit that divides them: `256MB`, `1500B`. */
export function formatByteSize(bytes: number): string {
  const unit = ['GB', 'MB', 'KB'].find((name) => bytes % (UNITS[name] ?? 1) === 0) ?? 'B';
  return `${bytes / (UNITS[unit] ?? 1)}${unit}`;
}
