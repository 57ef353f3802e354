// What this sidecar wrote last, byte by byte: anything else in the target file at a start is another program's.

import { AppError, messageOf } from '../../lib/errors.ts';
import { describeTargets } from '../../model/target-group.ts';
import { writeAtomically } from './atomic-write.ts';
import { type Published, readTargetFile } from './target-file.ts';

/** The copy of our list, in the folder beside the target file that Prometheus does not read. */
export interface OwnList {
  readonly path: string;
  /** What it holds; undefined: nothing yet. */
  text: string | undefined;
}

/**
 * Keeps a text as ours; done before the target file is written, so that a crash between both loses nothing.
 * @throws the system's error.
 */
export async function keepOwn(own: OwnList, text: string): Promise<void> {
  if (own.text === text) return;
  await writeAtomically(own.path, text, { mode: 0o600 });
  own.text = text;
}

/** The list from which a start goes on. */
export interface Standing {
  readonly list: Published | undefined;
  /** The text of our own list; undefined when none is kept. */
  readonly own: string | undefined;
}

/**
 * Reads the list that stands: what this sidecar wrote last, whatever another program made of the file since; the list
 * in the file when it never wrote one.
 * @param warn told when the file does not hold our list, or cannot be used.
 */
export async function readStanding(
  path: string,
  ownPath: string,
  warn: (message: string) => void,
): Promise<Standing> {
  const own = await readTargetFile(ownPath).catch((error: AppError) => {
    warn(messageOf(error));
    return undefined;
  });
  const found = await readTargetFile(path).catch((error: AppError) => error);
  if (own === undefined) {
    if (!(found instanceof AppError)) return { list: found, own: undefined };
    warn(`${messageOf(found)}; no list stands until a good answer is written`);
    return { list: undefined, own: undefined };
  }
  if (!(found instanceof AppError) && found?.text === own.text) return { list: found, own: found.text };
  warn(`${strange(path, found)}; going on from the ${describeTargets(own.groups)} that were written last`);
  return { list: own, own: own.text };
}

function strange(path: string, found: Published | AppError | undefined): string {
  if (found instanceof AppError) return messageOf(found);
  return found === undefined ? `${path} was deleted` : `another program wrote ${path}`;
}
