// Sizes as Prometheus reads them (body_size_limit, retention.size): 10MB, 1.5GiB, 1GB512MB. Powers of 1024 either way.

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB', 'PB', 'EB'];

/** @returns whole bytes, undefined when the text is no size. Only 0 may go without a unit. */
export function parseBase2Bytes(text: string): number | undefined {
  if (text === '0') return 0;
  if (!/^(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[KMGTPE]i?)?B)+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/([\d.]+)(\D+)/g)];
  const bytes = parts.reduce((sum, [, number, unit]) => sum + Number(number) * factorOf(unit ?? ''), 0);
  return Number.isSafeInteger(Math.trunc(bytes)) ? Math.trunc(bytes) : undefined;
}

function factorOf(unit: string): number {
  return 1024 ** UNITS.indexOf(unit.replace('i', ''));
}

/** Writes bytes in the largest unit that divides them: `10MB`, `1500B`. */
export function formatBase2Bytes(bytes: number): string {
  if (bytes === 0) return '0B';
  const power = UNITS.findLastIndex((unit) => bytes % factorOf(unit) === 0);
  return `${bytes / 1024 ** power}${UNITS[power]}`;
}
