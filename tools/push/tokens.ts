// By which token each pretend client is known.

import { secretFile } from '../../src/lib/secret-file.ts';

/**
 * @param file one token a line, or undefined; clients beyond its lines share them.
 * @param prefix of the names that clients give themselves without one.
 * @throws AppError `credentials`
 */
export async function readTokens(
  file: string | undefined,
  prefix: string,
): Promise<(client: number) => string> {
  if (file === undefined) return (client) => `${prefix}-${client}`;
  const text = await secretFile(file).read();
  const tokens = text.split(/[\r\n]+/).map((line) => line.trim());
  const known = tokens.filter((token) => token !== '');
  return (client) => known[(client - 1) % known.length] as string;
}
