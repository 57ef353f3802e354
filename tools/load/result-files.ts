// The files for the results: tried before the run, written after it.

import { existsSync } from 'node:fs';
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { AppError, codeOf } from '../../src/lib/errors.ts';
import { faultyFlags } from '../flag-table.ts';

/** Leaves no file behind that was not there. @param files by flag. @throws AppError `flags` */
export async function tryFiles(files: Readonly<Record<string, string | undefined>>): Promise<void> {
  const faults: string[] = [];
  for (const [flag, file] of Object.entries(files)) {
    const why = file === undefined ? undefined : await whyNot(file);
    if (why !== undefined) faults.push(`--${flag} cannot be written: ${file}: ${why}`);
  }
  if (faults.length > 0) throw faultyFlags('load', faults);
}

async function whyNot(file: string): Promise<string | undefined> {
  const isNew = !existsSync(file);
  try {
    await appendFile(file, '');
    if (isNew) await rm(file, { force: true });
    return undefined;
  } catch (error) {
    return codeOf(error) ?? 'unknown';
  }
}

/** @throws AppError `write` */
export async function writeResult(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new AppError('write', `cannot write ${file}: ${codeOf(cause)}`, { cause });
  }
}
