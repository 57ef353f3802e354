// Files of a folder that are named by rising numbers.

import { readdir } from 'node:fs/promises';

const DIGITS = 8;

export function nameOf(number: number): string {
  return String(number).padStart(DIGITS, '0');
}

/** Those that are there, ascending; other names are passed over. */
export async function numbersIn(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /^\d{8,}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}
