// Why a file that a user named cannot be read, in words.

import { codeOf } from './errors.ts';

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is no regular file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};

/** @returns the bare code for what is rare, undefined for what is no error of the system. */
export function fileReason(error: unknown): string | undefined {
  const code = codeOf(error);
  return code === undefined ? undefined : (REASONS[code] ?? code);
}
