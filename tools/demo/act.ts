// Carries an action out: at the inventory's admin API, or at inventory-sd.

import { AppError, messageOf } from '../../src/lib/errors.ts';
import type { StatusReport } from '../../src/sidecar/status-report.ts';
import { type Action, FAULTS } from './action.ts';
import type { Addresses } from './addresses.ts';

const ANSWER_MS = 5_000;

/**
 * @returns what there is to say about it that is not seen by itself.
 * @throws AppError `admin` when the admin API refuses or does not answer, `decide` when inventory-sd does.
 */
export async function act(
  { admin, sidecar }: Pick<Addresses, 'admin' | 'sidecar'>,
  action: Action,
): Promise<string | undefined> {
  if (action.do === 'accept' || action.do === 'undo') return decide(sidecar, action.do);
  try {
    if (action.do === 'break') await replaceFaults(admin, FAULTS[action.fault]);
    else if (action.do === 'heal') await ask('DELETE', `${admin}/faults`);
    else if (action.do === 'add') await ask('POST', `${admin}/sensors`, { count: action.count });
    else await ask('DELETE', `${admin}/sensors?count=${action.count}`);
    return undefined;
  } catch (cause) {
    throw new AppError('admin', `cannot change the inventory: ${messageOf(cause)}`, { cause });
  }
}

// Its answer says what was done, or why not: `cannot accept: nothing is held`. What follows is for its command line.
async function decide(sidecar: string, what: 'accept' | 'undo'): Promise<string> {
  const { ok, text } = await post(sidecar, what).catch((cause: unknown) => {
    throw new AppError('decide', `cannot ${what} at inventory-sd: ${messageOf(cause)}`, { cause });
  });
  if (!ok) throw new AppError('decide', `inventory-sd: ${text}`);
  return `inventory-sd: ${text.split(';')[0]}`;
}

async function post(sidecar: string, what: 'accept' | 'undo') {
  const query = what === 'undo' ? '?undo' : await digestOf(sidecar);
  return send('POST', `${sidecar}/-/accept${query}`);
}

// What is held now, as a person would read it from the screen; nothing when nothing is.
async function digestOf(sidecar: string): Promise<string> {
  const { held } = JSON.parse(await ask('GET', `${sidecar}/status`)) as Pick<StatusReport, 'held'>;
  return held === null ? '' : `?digest=${held.digest}`;
}

// The newest fault wins, so the new one comes first: no healthy answer slips in between.
async function replaceFaults(admin: string, fault: object): Promise<void> {
  const old = JSON.parse(await ask('GET', `${admin}/faults`)) as { id: number }[];
  await ask('POST', `${admin}/faults`, fault);
  for (const { id } of old) await ask('DELETE', `${admin}/faults/${id}`);
}

async function ask(method: string, url: string, body?: object): Promise<string> {
  const { ok, status, text } = await send(method, url, body);
  if (!ok) throw new Error(`${status} from ${url}: ${text}`);
  return text;
}

async function send(method: string, url: string, body?: object) {
  const answer = await fetch(url, {
    method,
    signal: AbortSignal.timeout(ANSWER_MS),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { ok: answer.ok, status: answer.status, text: (await answer.text()).trim() };
}
