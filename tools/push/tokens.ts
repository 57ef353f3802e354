// By which token each pretend client is known.

import { messageOf } from '../../src/lib/errors.ts';
import { secretFile } from '../../src/lib/secret-file.ts';
import { faultyFlags } from '../flag-table.ts';

/**
 * @param tool that was given the flag.
 * @param file one token a line, or undefined; clients beyond its lines share them.
 * @param prefix of the names that clients give themselves without one.
 * @throws AppError `flags`
 */
export async function readTokens(
  tool: string,
  file: string | undefined,
  prefix: string,
): Promise<(client: number) => string> {
  if (file === undefined) return (client) => `${prefix}-${client}`;
  const text = await secretFile(file)
    .read()
    .catch((error: unknown) => {
      throw faultyFlags(tool, [`--token-file: ${messageOf(error)}`]);
    });
  const tokens = text.split(/[\r\n]+/).map((line) => line.trim());
  const known = tokens.filter((token) => token !== '');
  return (client) => known[(client - 1) % known.length] as string;
}
