// A reader of the target file that never rests, as no Prometheus is.

import { readFile } from 'node:fs/promises';
import { codeOf } from '../../src/lib/errors.ts';
import { countTargets, parseTargetGroups } from '../../src/model/target-group.ts';

/** What the reads saw. */
export interface Reads {
  readonly reads: number;
  readonly torn: number;
  readonly empty: number;
  readonly absent: number;
}

/** Reads and parses the file again and again until `end` is called. */
export function readInATightLoop(file: string): { end(): Promise<Reads> } {
  let running = true;
  const seen = { reads: 0, torn: 0, empty: 0, absent: 0 };
  const done = (async () => {
    for (; running; seen.reads += 1) {
      const fault = await look(file);
      if (fault !== undefined) seen[fault] += 1;
    }
  })();
  const end = async () => {
    running = false;
    await done;
    return seen;
  };
  return { end };
}

async function look(file: string): Promise<'torn' | 'empty' | 'absent' | undefined> {
  try {
    const text = await readFile(file, 'utf8');
    return text === '' || countTargets(parseTargetGroups(text)) === 0 ? 'empty' : undefined;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? 'absent' : 'torn';
  }
}
