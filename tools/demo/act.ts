// Carries an action out at the inventory's admin API.

import { AppError, messageOf } from '../../src/lib/errors.ts';
import { type Action, FAULTS } from './action.ts';

const ANSWER_MS = 5_000;

/** @throws AppError `admin` when the admin API refuses or does not answer. */
export async function act(admin: string, action: Action): Promise<void> {
  try {
    if (action.do === 'break') await replaceFaults(admin, FAULTS[action.fault]);
    else if (action.do === 'heal') await ask('DELETE', `${admin}/faults`);
    else if (action.do === 'add') await ask('POST', `${admin}/sensors`, { count: action.count });
    else await ask('DELETE', `${admin}/sensors?count=${action.count}`);
  } catch (cause) {
    throw new AppError('admin', `cannot change the inventory: ${messageOf(cause)}`, { cause });
  }
}

// The newest fault wins, so the new one comes first: no healthy answer slips in between.
async function replaceFaults(admin: string, fault: object): Promise<void> {
  const old = JSON.parse(await ask('GET', `${admin}/faults`)) as { id: number }[];
  await ask('POST', `${admin}/faults`, fault);
  for (const { id } of old) await ask('DELETE', `${admin}/faults/${id}`);
}

async function ask(method: string, url: string, body?: object): Promise<string> {
  const answer = await fetch(url, {
    method,
    signal: AbortSignal.timeout(ANSWER_MS),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} from ${url}: ${text.trim()}`);
  return text;
}
