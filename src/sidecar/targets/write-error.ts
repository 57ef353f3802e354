// Why the target file, or a file beside it, could not be written, in a word for the metrics and in words for people.

import { AppError, codeOf, messageOf } from '../../lib/errors.ts';

/** Why a write failed. */
export const WRITE_FAILURES = [
  'no_folder',
  'read_only',
  'no_space',
  'permission',
  'not_a_file',
  'mount_point',
  'other_file_system',
  'another_writer',
  'refused',
  'other',
] as const;
export type WriteFailure = (typeof WRITE_FAILURES)[number];

/** A write, or a look at the file, that failed; what stands in the file stays. */
export class WriteError extends AppError<WriteFailure> {}

/** The code of an error that we make ourselves: a folder, a device or a pipe is where a file belongs. */
export const NOT_A_FILE = 'NOT_A_FILE';

const CODES: Readonly<Record<string, WriteFailure>> = {
  ENOENT: 'no_folder',
  ENOTDIR: 'no_folder',
  EROFS: 'read_only',
  ENOSPC: 'no_space',
  EFBIG: 'no_space',
  EDQUOT: 'no_space',
  EACCES: 'permission',
  EPERM: 'permission',
  [NOT_A_FILE]: 'not_a_file',
  // What a rename onto a mount point says.
  EBUSY: 'mount_point',
  EXDEV: 'other_file_system',
};

type SystemFailure = Exclude<WriteFailure, 'another_writer' | 'refused'>;

const ADVICE: Readonly<Record<SystemFailure, string>> = {
  no_folder: 'there is no such folder',
  read_only: 'the file system is read-only',
  no_space: 'there is no space left',
  permission: 'this user may not write there',
  not_a_file: 'a folder, a device or a pipe is never replaced',
  mount_point: 'a single file that is mounted cannot be replaced; mount the directory',
  other_file_system:
    'the folder .inventory-sd beside it is on another file system; remove that mount or link',
  other: 'the system refused',
};

/** Makes the error of a failed system call. @param what begins with `cannot …`. */
export function writeError(what: string, cause: unknown): WriteError {
  const reason = (CODES[codeOf(cause) ?? ''] ?? 'other') as SystemFailure;
  return new WriteError(reason, `${what}: ${ADVICE[reason]} (${messageOf(cause)})`, { cause });
}
