// The last list on disk, as the inventory sent it, so that a fleet can start while the inventory is down.

import { open, readFile, rename } from 'node:fs/promises';
import { codeOf, messageOf } from '../../src/lib/errors.ts';
import type { Logger } from '../../src/lib/log.ts';
import { decodeList, type SensorList } from './sensor-list.ts';
import { createTrouble } from './trouble.ts';

export interface ListFile {
  /** The list of an earlier run; undefined when there is none that can be read, which is logged. */
  read(): Promise<SensorList | undefined>;
  /** Makes the file hold `text`, at once or not at all. A failure is logged and mended by the next `flush`. */
  keep(text: string): Promise<void>;
  /** Tries again what could not be written. */
  flush(): Promise<void>;
}

/** Without a path nothing is kept and nothing found. */
export function createListFile(path: string | undefined, logger: Logger): ListFile {
  const writing = createTrouble(
    logger,
    'cannot keep the list of sensors on disk',
    'list of sensors kept on disk again',
  );
  let unsaved: string | undefined;

  async function flush(): Promise<void> {
    if (path === undefined || unsaved === undefined) return;
    try {
      await write(path, unsaved);
      unsaved = undefined;
      writing.succeeded();
    } catch (error) {
      writing.failed(error);
    }
  }

  return {
    read: async () => (path === undefined ? undefined : readList(path, logger)),
    keep(text) {
      unsaved = text;
      return flush();
    },
    flush,
  };
}

async function readList(path: string, logger: Logger): Promise<SensorList | undefined> {
  try {
    const list = decodeList(await readFile(path, 'utf8'));
    logger.info(
      { file: path, revision: list.revision, sensors: list.sensors.size },
      'list of sensors taken from disk',
    );
    return list;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT')
      logger.warn({ file: path, reason: messageOf(error) }, 'cannot take the list of sensors from disk');
    return undefined;
  }
}

async function write(path: string, text: string): Promise<void> {
  const present = await readFile(path, 'utf8').catch(() => undefined);
  if (present !== text) await replace(path, text);
}

// One fleet per file, so a fixed temporary name is enough, and one left by a kill is overwritten.
async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w', 0o644);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
