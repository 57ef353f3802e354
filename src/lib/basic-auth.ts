// Who asks, by the Basic scheme: the name and password of a request against users and their bcrypt hashes.

import type { Answer, PasswordMemory } from './password-memory.ts';

export type Verdict =
  | { readonly user: string }
  /** `unknown`: no credentials, or wrong ones. */
  | { readonly refused: 'unknown' | Extract<Answer, string> };

/** @param address the other end's; how many of its passwords may wait for their check is bounded. */
export async function judgeBasic(
  authorization: string | undefined,
  users: ReadonlyMap<string, string>,
  address: string,
  memory: PasswordMemory,
): Promise<Verdict> {
  const given = parseBasic(authorization);
  if (given === undefined) return { refused: 'unknown' };
  const { user, password } = given;
  const known = users.get(user);
  // A stranger waits as long as a user, so that the time does not tell which names there are.
  const answer = await memory.matches(user, password, known ?? decoy(users), address);
  if (typeof answer === 'string') return { refused: answer };
  return answer && known !== undefined ? { user } : { refused: 'unknown' };
}

function parseBasic(authorization: string | undefined): { user: string; password: string } | undefined {
  const [, base64] = /^basic +([\w+/=-]+) *$/i.exec(authorization ?? '') ?? [];
  if (base64 === undefined) return undefined;
  const pair = Buffer.from(base64, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  return colon < 0 ? undefined : { user: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

// As expensive as the most expensive of the users' hashes; of no password that anybody knows.
function decoy(users: ReadonlyMap<string, string>): string {
  const costs = [...users.values()].map((hash) => hash.slice(4, 6)).sort();
  return `$2b$${costs.at(-1) ?? '10'}$abcdefghijklmnopqrstuu${'x'.repeat(31)}`;
}
