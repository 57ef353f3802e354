// Doors and files of one test, gone when it ends.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tempDir } from '../../helpers/temp-dir.ts';
import { type OpenDoors, openDoors } from './open-doors.ts';

export async function openForTest(...args: Parameters<typeof openDoors>): Promise<OpenDoors> {
  const doors = await openDoors(...args);
  onTestFinished(() => doors.stop());
  return doors;
}

/** @returns the flag that names the file. */
export async function clientsFile(text: string): Promise<string> {
  const folder = await tempDir('clients');
  onTestFinished(() => folder.remove());
  const file = join(folder.path, 'clients.yml');
  await writeFile(file, text);
  return `--push.clients-file=${file}`;
}
